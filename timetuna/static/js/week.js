// [data-week] holds a line of hours for each day. Here the week is drawn above them, to be changed by mouse, touch and
// keys; whatever is changed there is written into the lines, which are what is sent. Its words are in data-says-….
const STEP = 15;
const DAY = 1440;
const HOUR = 60;

const two = (number) => String(number).padStart(2, "0");
const clock = (minute) => (minute === DAY ? "24:00" : `${two(Math.floor(minute / HOUR))}:${two(minute % HOUR)}`);
const write = (windows) => windows.map(([start, end]) => `${clock(start)}–${clock(end)}`).join(", ");
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const snap = (minute) => Math.round(minute / STEP) * STEP;
const clamp = (number, least, most) => Math.min(Math.max(number, least), most);

// As the server reads it, for what is usual; null where it is not clear, and only the server says why.
function read(text) {
  const typed = text.trim().toLowerCase();
  if (["", "closed", "none", "off", "geschlossen", "zu"].includes(typed)) return [];
  if (["all day", "24 h", "24h", "ganztags", "ganztägig"].includes(typed)) return [[0, DAY]];
  const windows = typed.split(/[,;\n]|\band\b|\bund\b/).filter((part) => part.trim()).map(readOne);
  return windows.includes(null) ? null : tidy(windows);
}

function readOne(part) {
  const ends = part.trim().split(/\s*(?:[-‐-―−~]|\bto\b|\buntil\b|\bbis\b)\s*/).map((end) => /^(\d{1,2})(?:[:.h](\d{2})|h)?\s*(?:([ap])\.?m\.?|uhr)?$/.exec(end));
  if (ends.length !== 2 || ends.includes(null)) return null;
  const [first, last] = ends;
  if (!first[3] && last[3] && Number(first[1]) < Number(last[1]) % 12) first[3] = last[3];
  const [start, end] = ends.map(([, hour, minute, half]) => (half ? (hour % 12) + (half === "p" ? 12 : 0) : Number(hour)) * HOUR + Number(minute ?? 0));
  if (start >= DAY || end > DAY || (start === end && start)) return null;
  return [start, end > start ? end : DAY];
}

// In order, and what overlaps or touches is one.
function tidy(windows) {
  const joined = [];
  for (const [start, end] of [...windows].sort((a, b) => a[0] - b[0])) {
    const before = joined.at(-1);
    if (before && start <= before[1]) before[1] = Math.max(before[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

const make = (tag, className, attributes = {}) => {
  const element = Object.assign(document.createElement(tag), { className });
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

class Week {
  constructor(area) {
    this.words = area.dataset;
    this.grid = area.querySelector("[data-week-grid]");
    this.days = [...area.querySelectorAll("[data-week-day]")].map((row) => {
      const input = row.querySelector("input:not([type=hidden], [type=checkbox])");
      return { row, input, name: row.querySelector("label").textContent.trim() };
    });
    this.said = make("p", "sr", { role: "status" });
    this.frame();
    this.days.forEach((day, number) => day.input.addEventListener("input", () => this.draw(number)));
    area.addEventListener("click", (event) => event.target.closest("[data-week-copy]") && this.copy(event.target.closest("[data-week-day]")));
    this.grid.addEventListener("pointerdown", (event) => this.press(event));
    this.grid.addEventListener("keydown", (event) => this.key(event));
  }

  // Room for the usual hours of a day, and for all that are typed.
  frame() {
    const all = this.days.flatMap((day) => read(day.input.value) ?? []).flat();
    this.first = Math.floor(Math.min(7 * HOUR, ...all) / HOUR) * HOUR;
    this.last = Math.ceil(Math.max(20 * HOUR, ...all) / HOUR) * HOUR;
    this.grid.setAttribute("role", "group");
    this.grid.setAttribute("aria-label", this.words.saysPicture);
    this.grid.setAttribute("aria-describedby", "week-keys");
    const wider = this.first > 0 || this.last < DAY ? this.wider() : "";
    const hours = make("div", "week-hours", { "aria-hidden": "true" });
    this.grid.replaceChildren(hours, ...this.days.map((day, number) => this.column(day, number)), this.said, wider);
    this.reframe([this.first, this.last]);
  }

  wider() {
    const button = Object.assign(make("button", "button button-quiet week-wider", { type: "button" }), { textContent: this.words.saysWider });
    button.addEventListener("click", () => {
      this.reframe([0, DAY]);
      this.grid.querySelector(".week-add").focus();
    });
    return button;
  }

  reframe([first, last]) {
    [this.first, this.last] = [first, last];
    this.grid.style.setProperty("--hours", (last - first) / HOUR);
    const hours = this.grid.querySelector(".week-hours");
    hours.replaceChildren();
    for (let minute = first; minute < last; minute += HOUR) hours.append(Object.assign(make("span", ""), { textContent: clock(minute) }));
    if (first === 0 && last === DAY) this.grid.querySelector(".week-wider")?.remove();
    this.days.forEach((_, number) => this.draw(number));
  }

  column(day, number) {
    const column = make("div", "week-column", { "data-column": number });
    const head = make("div", "week-head");
    const label = fill(this.words.saysAdd, { day: day.name });
    const add = Object.assign(make("button", "week-add", { type: "button", "aria-label": label, title: label }), { textContent: "+" });
    add.addEventListener("click", () => this.add(number));
    head.append(Object.assign(make("span", ""), { textContent: day.name.slice(0, 2) }), add);
    day.room = make("div", "week-room");
    column.append(head, day.room);
    return column;
  }

  windows(number) {
    return read(this.days[number].input.value);
  }

  draw(number) {
    const { room, name } = this.days[number];
    const windows = this.windows(number);
    room.classList.toggle("week-unclear", windows === null);
    if ((windows ?? []).some(([start, end]) => start < this.first || end > this.last)) return this.reframe([0, DAY]);
    room.replaceChildren(...(windows ?? []).map(([start, end]) => this.block(name, start, end)));
  }

  block(name, start, end) {
    const block = make("button", "week-block", { type: "button", "data-start": start, "data-end": end });
    const shown = Object.assign(make("span", "", { "aria-hidden": "true" }), { textContent: `${clock(start)}–${clock(end)}` });
    block.append(shown, Object.assign(make("span", "sr"), { textContent: this.spoken(name, [start, end]) }));
    this.place(block, start, end);
    return block;
  }

  spoken(day, [start, end], words = this.words.saysHours) {
    return fill(words, { day, start: clock(start), end: clock(end) });
  }

  place(block, start, end) {
    const share = (minute) => `${((minute - this.first) / (this.last - this.first)) * 100}%`;
    block.style.insetBlockStart = share(start);
    block.style.blockSize = share(this.first + end - start);
  }

  store(number, windows, focus = null) {
    const { input, name } = this.days[number];
    const tidied = tidy(windows);
    input.value = write(tidied);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    if (!focus) return;
    const kept = tidied.find(([start, end]) => start <= focus[0] && focus[0] < end) ?? focus;
    this.days[number].room.querySelector(`[data-start="${kept[0]}"]`)?.focus();
    this.said.textContent = this.spoken(name, kept);
  }

  add(number) {
    const windows = this.windows(number) ?? [];
    const free = [9 * HOUR, ...windows.map(([, end]) => end), 0].find((start) => start + HOUR <= DAY && !windows.some(([from, to]) => from < start + HOUR && start < to));
    if (free === undefined) return;
    // A quarter of an hour apart from what ends there, else they would be one.
    const start = windows.some(([, end]) => end === free) && free + 5 * STEP <= DAY ? free + STEP : free;
    this.store(number, [...windows, [start, start + HOUR]], [start, start + HOUR]);
  }

  remove(number, window) {
    const { name } = this.days[number];
    this.store(number, (this.windows(number) ?? []).filter(([start]) => start !== window[0]));
    this.said.textContent = this.spoken(name, window, this.words.saysRemoved);
    this.grid.querySelector(`[data-column="${number}"] .week-add`).focus();
  }

  copy(row) {
    const from = this.days.find((day) => day.row === row);
    for (const box of row.querySelectorAll("input[type=checkbox]:checked")) {
      const to = this.days[Number(box.value)];
      to.input.value = from.input.value;
      box.checked = false;
      to.input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    row.querySelector("details").removeAttribute("open");
    row.querySelector("summary").focus();
    this.said.textContent = fill(this.words.saysCopied, { day: from.name });
  }

  key(event) {
    const block = event.target.closest(".week-block");
    if (!block || event.ctrlKey || event.metaKey) return;
    const number = Number(block.closest("[data-column]").dataset.column);
    const [start, end] = [Number(block.dataset.start), Number(block.dataset.end)];
    const others = (this.windows(number) ?? []).filter(([from]) => from !== start);
    const step = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const length = end - start;
      const moved = event.shiftKey
        ? [start, clamp(end + step, start + STEP, DAY)]
        : event.altKey
          ? [clamp(start + step, 0, end - STEP), end]
          : [clamp(start + step, 0, DAY - length), clamp(start + step, 0, DAY - length) + length];
      this.store(number, [...others, moved], moved);
    } else if (side && event.shiftKey) {
      const to = (number + side + 7) % 7;
      this.store(number, others);
      this.store(to, [...(this.windows(to) ?? []), [start, end]], [start, end]);
    } else if (side) {
      const blocks = [...this.grid.querySelectorAll(".week-block")];
      blocks.at((blocks.indexOf(block) + side) % blocks.length)?.focus();
    } else if (event.key === "Delete" || event.key === "Backspace") this.remove(number, [start, end]);
    else return;
    event.preventDefault();
  }

  minuteAt(event) {
    const box = this.days[0].room.getBoundingClientRect();
    return this.first + ((event.clientY - box.top) / box.height) * (this.last - this.first);
  }

  dayAt(event, number) {
    const found = this.days.findIndex(({ room }) => {
      const box = room.getBoundingClientRect();
      return box.left <= event.clientX && event.clientX < box.right;
    });
    return found < 0 ? number : found;
  }

  press(event) {
    const room = event.target.closest(".week-room");
    if (event.button || !room) return;
    const number = Number(room.closest("[data-column]").dataset.column);
    const block = event.target.closest(".week-block");
    if (this.windows(number) === null || (event.pointerType === "touch" && !block)) return;
    this.drag(event, number, block);
  }

  // What is pressed, and where on it, says what a drag does: stretch either end, move, or draw new hours.
  drag(event, number, block) {
    const pressed = snap(this.minuteAt(event) - (block ? 0 : STEP / 2));
    const was = block ? [Number(block.dataset.start), Number(block.dataset.end)] : null;
    const edge = event.pointerType === "touch" ? 16 : 8;
    const box = block?.getBoundingClientRect();
    const grip = !block ? "new" : box.bottom - event.clientY < edge ? "end" : event.clientY - box.top < edge ? "start" : "move";
    const shown = block ?? this.block(this.days[number].name, pressed, pressed + STEP);
    if (!block) this.days[number].room.append(shown);
    let now = was ?? [pressed, pressed];
    let day = number;
    const move = (next) => {
      const minute = clamp(snap(this.minuteAt(next)), this.first, this.last);
      if (grip === "new") now = minute < pressed ? [minute, pressed] : [pressed, minute];
      if (grip === "end") now = [was[0], Math.max(minute, was[0] + STEP)];
      if (grip === "start") now = [Math.min(minute, was[1] - STEP), was[1]];
      if (grip === "move") {
        const start = clamp(was[0] + minute - pressed, this.first, this.last - (was[1] - was[0]));
        now = [start, start + was[1] - was[0]];
        day = this.dayAt(next, day);
        this.days[day].room.append(shown);
      }
      this.place(shown, now[0], Math.max(now[1], now[0] + STEP));
      shown.firstChild.textContent = `${clock(now[0])}–${clock(now[1])}`;
    };
    const end = (kept) => {
      this.grid.removeEventListener("pointermove", move);
      this.grid.removeEventListener("pointerup", drop);
      this.grid.removeEventListener("pointercancel", cancel);
      removeEventListener("keydown", escape, true);
      if (kept) this.drop(number, day, was, now);
      else [number, day].forEach((one) => this.draw(one));
    };
    const drop = () => end(true);
    const cancel = () => end(false);
    const escape = (key) => key.key === "Escape" && (key.stopPropagation(), end(false));
    this.grid.setPointerCapture(event.pointerId);
    this.grid.addEventListener("pointermove", move);
    this.grid.addEventListener("pointerup", drop);
    this.grid.addEventListener("pointercancel", cancel);
    addEventListener("keydown", escape, true);
    event.preventDefault();
    shown.focus();
  }

  // A press that was no drag leaves hours as they are, and draws an hour where there are none.
  drop(from, to, was, now) {
    if (was && from === to && was[0] === now[0] && was[1] === now[1]) return this.draw(from);
    const drawn = now[1] - now[0] >= STEP ? now : [now[0], Math.min(now[0] + HOUR, DAY)];
    if (was && from !== to) this.store(from, (this.windows(from) ?? []).filter(([start]) => start !== was[0]));
    const others = (this.windows(to) ?? []).filter(([start]) => !was || from !== to || start !== was[0]);
    this.store(to, [...others, drawn], drawn);
  }
}

for (const area of document.querySelectorAll("[data-week]")) new Week(area);
