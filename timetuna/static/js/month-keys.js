// Arrow keys move between the days of the month that can be chosen; Home and End in a week; Page keys turn the month.
const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("table.month a");
  if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
  const turn = { PageUp: "prev", PageDown: "next" }[event.key];
  if (turn) {
    event.preventDefault();
    document.querySelector(`.month-head a[rel=${turn}]`)?.click();
    return;
  }
  const target = find(link, event.key);
  if (!target) return;
  event.preventDefault();
  target.focus();
});

function find(link, key) {
  const week = [...link.closest("tr").querySelectorAll("a")];
  if (key === "Home") return week.at(0);
  if (key === "End") return week.at(-1);
  if (!(key in steps)) return null;
  const cells = [...link.closest("tbody").querySelectorAll("td")];
  const mirrored = getComputedStyle(link).direction === "rtl" && Math.abs(steps[key]) === 1;
  const step = mirrored ? -steps[key] : steps[key];
  for (let i = cells.indexOf(link.closest("td")) + step; i >= 0 && i < cells.length; i += step) {
    const found = cells[i].querySelector("a");
    if (found) return found;
  }
  return null;
}
