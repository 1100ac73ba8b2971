// A date is typed, or picked from a month that opens below its field [data-day-open]; fingers have their system's own.
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const mouse = matchMedia("(pointer: fine)");
const written = (options) => new Intl.DateTimeFormat(LANGUAGE, { ...options, timeZone: "UTC" });
const MONTH = written({ month: "long", year: "numeric" });
const WHOLE = written({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT = written({ day: "numeric", month: "short", year: "numeric" });
const NAME = written({ weekday: "short" });
const asText = (day) => day.toISOString().slice(0, 10);
const from = (day, days) => new Date(day.getTime() + days * 86_400_000);
const part = (kind, className, text = "") => Object.assign(document.createElement(kind), { className, textContent: text });

function firstWeekday() {
  const locale = new Intl.Locale(navigator.language);
  return (locale.getWeekInfo?.() ?? locale.weekInfo ?? { firstDay: 1 }).firstDay % 7;
}

// The same day of another month, or its last.
function inMonth(day, months) {
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months + 1, 0));
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(day.getUTCDate(), last.getUTCDate())));
}

function within(day, { min, max }) {
  if (min && asText(day) < min) return new Date(min);
  return max && asText(day) > max ? new Date(max) : day;
}

function today() {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

class Month {
  constructor(opener) {
    const { dataset } = opener;
    this.input = opener.parentElement.querySelector("input");
    this.box = Object.assign(part("div", "day-month"), { popover: "auto", role: "dialog", ariaLabel: dataset.title });
    this.title = Object.assign(part("p", "day-title"), { ariaLive: "polite" });
    const head = part("div", "day-head");
    head.append(this.turn(dataset.before, "‹", -1), this.title, this.turn(dataset.after, "›", 1));
    this.table = part("table", "day-table");
    this.box.append(head, this.table);
    this.box.addEventListener("keydown", (event) => this.press(event));
    this.box.addEventListener("click", ({ target }) => target.dataset.day && this.choose(target.dataset.day));
    this.box.addEventListener("toggle", ({ newState }) => newState === "closed" && this.close());
    opener.after(this.box);
    opener.ariaExpanded = "true";
    this.opener = opener;
    this.show(within(this.input.valueAsDate ?? today(), this.input));
    this.box.showPopover();
    this.place();
    this.focus();
  }

  turn(label, sign, months) {
    const button = Object.assign(part("button", "day-turn", sign), { type: "button", ariaLabel: label });
    button.addEventListener("click", () => this.show(within(inMonth(this.day, months), this.input)));
    return button;
  }

  show(day) {
    this.day = day;
    const start = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1));
    const first = from(start, -((start.getUTCDay() - firstWeekday() + 7) % 7));
    this.title.textContent = MONTH.format(day);
    const [head, body] = [document.createElement("thead"), document.createElement("tbody")];
    const names = head.insertRow();
    for (let at = 0; at < 7; at++) names.append(Object.assign(part("th", "", NAME.format(from(first, at))), { scope: "col" }));
    for (let at = 0; at < 42; at += 7) {
      if (at && from(first, at).getUTCMonth() !== day.getUTCMonth()) break;
      const row = body.insertRow();
      for (let of = at; of < at + 7; of++) row.insertCell().append(this.cell(from(first, of)));
    }
    this.table.replaceChildren(head, body);
  }

  cell(day) {
    const button = Object.assign(part("button", "day-cell", day.getUTCDate()), { type: "button", ariaLabel: WHOLE.format(day) });
    const text = asText(day);
    button.dataset.day = text;
    button.tabIndex = text === asText(this.day) ? 0 : -1;
    button.disabled = asText(within(day, this.input)) !== text;
    button.toggleAttribute("data-beside", day.getUTCMonth() !== this.day.getUTCMonth());
    if (text === this.input.value) button.ariaPressed = "true";
    if (text === asText(today())) button.ariaCurrent = "date";
    return button;
  }

  press(event) {
    const { key, shiftKey, target } = event;
    if (!target.dataset.day || event.altKey || event.ctrlKey || event.metaKey) return;
    const day = this.wanted(key, shiftKey, new Date(target.dataset.day));
    if (!day) return;
    event.preventDefault();
    this.show(within(day, this.input));
    this.focus();
  }

  wanted(key, shift, day) {
    const weekday = (day.getUTCDay() - firstWeekday() + 7) % 7;
    if (key === "Home") return from(day, -weekday);
    if (key === "End") return from(day, 6 - weekday);
    if (key === "PageUp" || key === "PageDown") return inMonth(day, (key === "PageUp" ? -1 : 1) * (shift ? 12 : 1));
    const mirrored = document.dir === "rtl" && Math.abs(STEPS[key]) === 1;
    return key in STEPS && from(day, mirrored ? -STEPS[key] : STEPS[key]);
  }

  focus() {
    this.table.querySelector("[tabindex='0']")?.focus();
  }

  // Below the field, or above it where the window ends.
  place() {
    const field = this.input.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const { clientWidth, clientHeight } = document.documentElement;
    const below = field.bottom + 4 + height <= clientHeight || field.top < height;
    const left = field.left + field.right > clientWidth ? field.right - width : field.left;
    this.box.style.top = `${scrollY + (below ? field.bottom + 4 : field.top - height - 4)}px`;
    this.box.style.left = `${scrollX + Math.max(8, Math.min(left, clientWidth - width - 8))}px`;
  }

  choose(day) {
    this.input.value = day;
    this.box.hidePopover();
    this.opener.focus();
    for (const kind of ["input", "change"]) this.input.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  close() {
    this.opener.ariaExpanded = "false";
    this.box.remove();
  }
}

// At rest the field says its date in words.
function say(input) {
  const field = input.closest(".day-field");
  let said = field.querySelector(".day-said");
  if (!said) {
    said = part("span", "day-said");
    said.ariaHidden = "true";
    input.after(said);
  }
  const day = input.valueAsDate;
  said.textContent = day ? SHORT.format(day) : field.querySelector("[data-day-open]").dataset.none;
  said.toggleAttribute("data-none", !day);
}

const sayAll = () => document.querySelectorAll(".day-field input").forEach(say);
for (const kind of ["input", "change", "focusout"])
  document.addEventListener(kind, ({ target }) => target.matches?.(".day-field input") && say(target));
document.addEventListener("reset", () => setTimeout(sayAll));
document.addEventListener("htmx:afterSettle", sayAll);
addEventListener("pageshow", sayAll);
sayAll();

const opener = (target) => target.closest?.(".day-field")?.querySelector("[data-day-open]");

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-day-open]");
  if (button) {
    if (button.ariaExpanded !== "true") new Month(button);
  } else if (mouse.matches && event.target.matches?.(".day-field input")) event.preventDefault(); // Firefox would open its own
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".day-field input") || !mouse.matches) return;
  if (event.key !== " " && event.key !== "F4" && !(event.altKey && event.key === "ArrowDown")) return;
  event.preventDefault();
  new Month(opener(event.target));
});
