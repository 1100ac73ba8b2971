// In a month of dates several are chosen at once: dragged over, or the second one pressed with Shift.
const month = document.querySelector(".dates-month");
const links = () => [...month.querySelectorAll("a[data-date]")];
const chosen = () => links().filter((link) => link.hasAttribute("aria-current"));
let from = null;
let to = null;

const mark = () => {
  const [first, last] = [from.dataset.date, to.dataset.date].sort();
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
  if (to !== from) mark();
});

addEventListener("pointerup", () => {
  if (from && to !== from) open(from.dataset.date, to.dataset.date);
  from = to = null;
});

month?.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-date]");
  const before = chosen()[0];
  if (!link || !event.shiftKey || !before) return;
  event.preventDefault();
  open(before.dataset.date, link.dataset.date);
});
