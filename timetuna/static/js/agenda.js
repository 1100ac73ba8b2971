// A booking that may be moved [data-start] is carried to another time: by mouse, by touch after a moment's rest, or with
// "m" and the arrow keys. Nothing moves before the server has shown what that means and the host has said yes; without
// this script the booking's own page has a form that does the same. All times are UTC minutes; columns say where theirs begin.
const STEP = 15;
const SLIP = 6;
const REST = 400;
const EDGE = 72;
const grid = document.querySelector("[data-agenda-grid]");
const area = grid.closest("[data-zone]");
const status = area.querySelector("[data-agenda-says]");
const minutes = Number(grid.dataset.minutes);
const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const said = (name, blanks = {}) => status.dataset[name].replace(/\{(\w+)\}/g, (_, blank) => blanks[blank]);
const say = (name, blanks) => (status.textContent = said(name, blanks));
const shown = (selector, inside = grid) => [...inside.querySelectorAll(selector)].filter((one) => one.checkVisibility());
const first = (column) => Number(column.dataset.first);
const asAddress = (minute) => `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;
let carried = null;

function words(minute) {
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const moment = new Date(minute * 60_000);
  try {
    return new Intl.DateTimeFormat(LANGUAGE, { ...parts, timeZone: area.dataset.zone }).format(moment);
  } catch {
    return new Intl.DateTimeFormat(LANGUAGE, { ...parts, timeZone: "UTC", timeZoneName: "short" }).format(moment);
  }
}

// Carrying

function pickUp(entry) {
  const column = entry.closest("[data-column]");
  const ghost = document.createElement("div");
  ghost.className = "agenda-block agenda-ghost";
  ghost.setAttribute("aria-hidden", "true");
  ghost.append(document.createElement("span"));
  const start = Number(entry.dataset.start);
  carried = { entry, ghost, column, was: start, start, lasts: Number(entry.dataset.lasts) };
  entry.classList.add("agenda-carried");
  place(column, start);
}

function place(column, wanted) {
  const top = first(column);
  const least = Math.min(top, carried.was);
  const start = Math.min(Math.max(wanted, least), top + minutes - STEP);
  Object.assign(carried, { column, start });
  carried.ghost.style.cssText = `--s:${start - top};--m:${Math.max(carried.lasts, STEP)};--l:0;--o:1;--w:1`;
  carried.ghost.firstChild.textContent = words(start);
  column.append(carried.ghost);
  return start === wanted;
}

function putDown() {
  const { entry, ghost } = carried;
  carried = null;
  if (held) addEventListener("pointerup", pass, { capture: true, once: true });
  release();
  ghost.remove();
  entry.classList.remove("agenda-carried");
  return entry;
}

function leave() {
  const entry = putDown();
  say("stays");
  entry.focus({ preventScroll: true });
}

async function ask() {
  const { entry, was, start } = carried;
  if (start === was) return leave();
  const query = new URLSearchParams({ start: asAddress(start), was: asAddress(was), back: location.pathname + location.search });
  const url = `${entry.href}/move/confirm?${query}`;
  say("looking", { time: words(start) });
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
  if (!answer?.ok) {
    location.assign(url); // says there what is wrong
    return;
  }
  show(await answer.text(), entry);
}

function show(text, entry) {
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  dialog.className = "dialog stack agenda-dialog";
  title.id = "move-title";
  title.textContent = said("move", { name: entry.querySelector("strong").textContent });
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.innerHTML = text;
  dialog.prepend(title);
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keep]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    leave();
  });
  document.body.append(dialog);
  dialog.showModal();
}

// Keys

const MOVES = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function step(days, by) {
  const columns = shown("[data-column]");
  const column = columns[columns.indexOf(carried.column) + days];
  const wanted = column ? carried.start + first(column) - first(carried.column) + by : null;
  const went = column && place(column, wanted);
  if (went) status.textContent = words(carried.start);
  else say("ends", { time: words(carried.start) });
}

function near(entry, key) {
  const columns = shown("[data-column]");
  const column = entry.closest("[data-column]");
  const own = shown("a.agenda-entry", column);
  if (key === "ArrowUp" || key === "ArrowDown") return own[own.indexOf(entry) + (key === "ArrowUp" ? -1 : 1)] ?? entry;
  const way = key === "ArrowLeft" ? -1 : 1;
  const height = entry.getBoundingClientRect().top;
  for (let i = columns.indexOf(column) + way; i >= 0 && i < columns.length; i += way) {
    const there = shown("a.agenda-entry", columns[i]);
    const far = (one) => Math.abs(one.getBoundingClientRect().top - height);
    if (there.length) return there.reduce((best, one) => (far(one) < far(best) ? one : best));
  }
  return null;
}

function carry(event) {
  if (event.key === "Escape" || event.key === "Tab") leave();
  else if (event.key === "Enter" || event.key === " ") ask();
  else if (event.key in MOVES) step(...MOVES[event.key]);
  else if (event.key.length > 1) return; // letters lead nowhere meanwhile
  event.preventDefault();
}

grid.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.("a.agenda-entry");
  if (!entry || event.altKey || event.ctrlKey || event.metaKey) return;
  if (carried) return carry(event);
  if (event.key === "m" && !("noKeys" in document.documentElement.dataset)) {
    event.preventDefault();
    if (!("start" in entry.dataset)) return say("fixed");
    pickUp(entry);
    say("taken");
  } else if (event.key in MOVES) {
    const other = near(entry, event.key);
    if (!other) return; // to the week beside it
    event.preventDefault();
    other.focus();
  }
});

// Mouse and touch

let held = null;

function under(event) {
  const columns = shown("[data-column]").map((column) => [column, column.getBoundingClientRect()]);
  const distance = ([, box]) => Math.max(box.left - event.clientX, event.clientX - box.right, 0);
  const [column, box] = columns.reduce((best, one) => (distance(one) < distance(best) ? one : best));
  return [column, first(column) + ((event.clientY - box.top) / box.height) * minutes];
}

function begin() {
  clearTimeout(held.timer);
  pickUp(held.entry);
  held.grab = under(held.event)[1] - carried.was;
  held.entry.setPointerCapture(held.event.pointerId);
}

function release() {
  clearTimeout(held?.timer);
  held = null;
}

grid.addEventListener("pointerdown", (event) => {
  const entry = event.target.closest?.("a[data-start]");
  if (!entry || event.button || carried || !grid.querySelector(".agenda-hours").checkVisibility()) return;
  held = { entry, event };
  if (event.pointerType === "touch") held.timer = setTimeout(begin, REST);
});

grid.addEventListener("pointermove", (event) => {
  if (!held) return;
  const far = Math.hypot(event.clientX - held.event.clientX, event.clientY - held.event.clientY) > SLIP;
  if (!carried && far) {
    if (event.pointerType === "touch") return release(); // that is scrolling
    begin();
  }
  if (!carried) return;
  const [column, minute] = under(event);
  const beside = first(column) - first(held.entry.closest("[data-column]"));
  const by = minute - held.grab - carried.was - beside;
  place(column, carried.was + beside + Math.round(by / STEP) * STEP);
  if (event.clientY < EDGE) scrollBy(0, -STEP);
  if (event.clientY > innerHeight - EDGE) scrollBy(0, STEP);
});

grid.addEventListener("pointerup", () => {
  if (!held) return;
  release();
  if (!carried) return;
  pass();
  ask();
});

// What was carried is not opened by the click that ends it.
function pass() {
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, true));
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

function cut() {
  if (carried && !document.querySelector("dialog[open]")) leave();
  release();
}

grid.addEventListener("pointercancel", cut);
grid.addEventListener("dragstart", (event) => event.preventDefault());
grid.addEventListener("contextmenu", (event) => held && event.pointerType === "touch" && event.preventDefault());
grid.addEventListener("touchmove", (event) => carried && event.preventDefault(), { passive: false });
addEventListener("keydown", (event) => event.key === "Escape" && held && cut());

// The line for now

const line = grid.querySelector("[data-now]");
const loaded = performance.now();

setInterval(() => {
  const now = Number(line?.dataset.now) + Math.floor((performance.now() - loaded) / 60_000);
  if (now < minutes) line.style.setProperty("--s", now);
  else line?.remove();
}, 60_000);

// The date above it goes at once where it was chosen; what is typed is not ended before Enter or the button.
const goes = document.querySelector("[data-goes]");
let typed = false;
goes.addEventListener("pointerdown", () => (typed = false));
goes.addEventListener("keydown", ({ target }) => (typed = !target.dataset.day));
goes.addEventListener("change", () => {
  if (typed) goes.dataset.typed = "";
  else goes.requestSubmit();
});
