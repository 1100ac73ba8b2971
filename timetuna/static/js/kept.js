// What htmx swaps keeps the focus where it was, and open what was open in it; htmx itself does so only for what has an id.
// What comes anew by itself keeps what somebody has chosen or typed there and not sent yet.
const FOCUSED = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const words = (one) => one.tagName + (one.name ?? "") + one.textContent.trim();
const FIELDS = "input:not([type=hidden], [type=file], [type=password]), select, textarea";
const ticked = (field) => field.type === "checkbox" || field.type === "radio";
const named = (field) => [field.form?.getAttribute("action"), field.name, ticked(field) ? field.value : ""].join(" ");
let kept = null;

function isTouched(field) {
  if (ticked(field)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const options = [...field.options];
  const loaded = options.filter((one) => one.defaultSelected);
  return options.some((one) => one.selected !== (loaded.length || field.multiple ? one.defaultSelected : one === options[0]));
}

function put(field, { checked, values }) {
  if (ticked(field)) field.checked = checked;
  else if (!field.options) [field.value] = values;
  else for (const one of field.options) if (field.multiple || values.includes(one.value)) one.selected = values.includes(one.value);
}

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
  const touched = detail.requestConfig.triggeringEvent ? [] : [...document.querySelectorAll(FIELDS)].filter(isTouched);
  const typed = touched.map((one) => ({
    name: named(one),
    checked: one.checked,
    values: one.selectedOptions ? [...one.selectedOptions].map((option) => option.value) : [one.value],
  }));
  kept = { typed, focus: activeElement && activeElement !== document.body ? keep(activeElement, FOCUSED) : null, open: open.map((one) => keep(one, "summary")) };
});

document.addEventListener("htmx:afterSwap", () => {
  if (!kept) return;
  const { typed, focus, open } = kept;
  kept = null;
  for (const field of typed.length ? document.querySelectorAll(FIELDS) : []) {
    const before = typed.find((one) => one.name === named(field));
    if (before && !isTouched(field)) put(field, before);
  }
  for (const one of open) {
    const summary = again(one, "summary");
    if (summary && words(summary) === one.says) summary.parentElement.open = true;
  }
  if (focus && document.activeElement === document.body) (document.getElementById(focus.id) ?? again(focus, FOCUSED))?.focus({ preventScroll: true });
});
