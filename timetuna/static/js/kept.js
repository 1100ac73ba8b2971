// What htmx swaps keeps the focus where it was, and open what was open in it; htmx itself does so only for what has an id.
const FOCUSED = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const words = (one) => one.tagName + (one.name ?? "") + one.textContent.trim();
let kept = null;

// Where an element is, by each of the ids around it.
function places(element, selector) {
  const found = [];
  for (let home = element.parentElement?.closest("[id]"); home; home = home.parentElement?.closest("[id]"))
    found.push([home.id, [...home.querySelectorAll(selector)].indexOf(element)]);
  return found;
}

function again({ at, says }, selector) {
  for (const [id, place] of at) {
    const all = [...(document.getElementById(id)?.querySelectorAll(selector) ?? [])].filter((one) => !one.disabled);
    const same = all[place] && words(all[place]) === says ? all[place] : all.find((one) => words(one) === says);
    if (same ?? all.length) return same ?? all[Math.min(place, all.length - 1)];
  }
  return null;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { activeElement } = document;
  const open = [...detail.target.querySelectorAll("details[open] > summary")];
  const keep = (one, selector) => ({ id: one.id, at: places(one, selector), says: words(one) });
  kept = { focus: activeElement && activeElement !== document.body ? keep(activeElement, FOCUSED) : null, open: open.map((one) => keep(one, "summary")) };
});

document.addEventListener("htmx:afterSwap", () => {
  if (!kept) return;
  const { focus, open } = kept;
  kept = null;
  for (const one of open) {
    const summary = again(one, "summary");
    if (summary && words(summary) === one.says) summary.parentElement.open = true;
  }
  if (focus && document.activeElement === document.body) (document.getElementById(focus.id) ?? again(focus, FOCUSED))?.focus({ preventScroll: true });
});
