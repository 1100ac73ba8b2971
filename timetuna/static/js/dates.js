// In a month of dates several are chosen at once: dragged over, by Shift and arrows, or the second one pressed with Shift. Who
// chose with keys finds the focus in the form.
const month = document.querySelector(".dates-month");
const links = () => [...month.querySelectorAll("a[data-date]")];
const chosen = () => links().filter((link) => link.hasAttribute("aria-current"));
let from = null;
let to = null;
let began = null; // with keys

const mark = (one, other) => {
  const [first, last] = [one.dataset.date, other.dataset.date].sort();
  for (const link of links()) link.toggleAttribute("data-marked", first <= link.dataset.date && link.dataset.date <= last);
};

const open = (one, other) => {
  const [first, last] = [one, other].sort();
  const { pathname, search } = new URL(links()[0].href);
  location.assign(`${pathname.replace(/[^/]+$/, `${first}..${last}`)}${search}`);
};

month?.addEventListener("pointerdown", (event) => {
  const link = event.target.closest("a[data-date]");
  if (!link || event.button || event.shiftKey || event.pointerType === "touch") return;
  from = to = link;
});

month?.addEventListener("dragstart", (event) => event.preventDefault());

month?.addEventListener("pointerover", (event) => {
  const link = event.target.closest("a[data-date]");
  if (!from || !link) return;
  to = link;
  if (to !== from) mark(from, to);
});

addEventListener("pointerup", () => {
  if (from && to !== from) open(from.dataset.date, to.dataset.date);
  from = to = null;
});

month?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-date]");
  const before = chosen()[0];
  if (link && !event.detail) sessionStorage.setItem("dates", "keys");
  if (!link || !event.shiftKey || !before) return;
  event.preventDefault();
  open(before.dataset.date, link.dataset.date);
});

// After month-keys.js, which moves the focus.
document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("a[data-date]");
  const now = document.activeElement.closest("a[data-date]");
  if (!link || !now || event.key === "Shift") return;
  if (event.key === "Enter" && began) {
    event.preventDefault();
    sessionStorage.setItem("dates", "keys");
    open(began.dataset.date, now.dataset.date);
  } else if (event.shiftKey && now !== link) {
    began ??= link;
    mark(began, now);
  } else if (began) {
    began = null;
    for (const one of links()) delete one.dataset.marked;
  }
});

if (sessionStorage.getItem("dates")) {
  sessionStorage.removeItem("dates");
  document.querySelector("#chosen-dates input:checked")?.focus();
}
