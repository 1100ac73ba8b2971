// The lengths of a page as chips [data-lengths="15 30 …", data-length="# min"]: one that is pressed has a row below, with title and description,
// which is made and taken away as rows.js does. The rows are what is sent; without a script they are all there is.
const area = document.querySelector("[data-durations]");
const chips = area?.querySelector("[data-lengths]");
const list = area?.querySelector("[data-rows-list]");
const fold = area?.querySelector("[data-unfold]");
const other = area?.querySelector("[data-other]");

const rows = () => [...list.querySelectorAll("[data-row]:not([hidden], .no-js)")];
const minutes = (row) => row.querySelector("input[name$=-minutes]");
const lengths = () => rows().map((row) => Number(minutes(row).value)).filter(Boolean);

function draw() {
  const there = new Set(lengths());
  const all = [...new Set([...chips.dataset.lengths.split(" ").map(Number), ...there])].sort((a, b) => a - b);
  const focused = document.activeElement?.dataset?.length;
  for (const old of chips.querySelectorAll(".chip")) old.remove();
  const made = all.map((length) => {
    const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip" });
    chip.textContent = chips.dataset.length.replace("#", length);
    chip.dataset.length = length;
    chip.setAttribute("aria-pressed", String(there.has(length)));
    return chip;
  });
  chips.prepend(...made);
  made.find((chip) => chip.dataset.length === focused)?.focus();
}

function add(length) {
  area.querySelector("[data-rows-add]").click();
  minutes(rows().at(-1)).value = length;
  changed(length);
}

function changed(length) {
  draw();
  chips.querySelector(`[data-length="${length}"]`)?.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function addOther() {
  const length = Number(other.value);
  if (!Number.isInteger(length) || length < 1 || length > 1440) return other.focus();
  other.value = "";
  if (lengths().includes(length)) changed(length);
  else add(length);
}

function open(is) {
  fold.setAttribute("aria-expanded", String(is));
  list.hidden = !is;
}

if (area) {
  chips.addEventListener("click", ({ target }) => {
    const length = Number(target.closest(".chip")?.dataset.length);
    const row = length && rows().find((one) => Number(minutes(one).value) === length);
    if (row) {
      row.querySelector("[data-rows-remove]").click();
      changed(length);
    } else if (length) add(length);
  });
  area.querySelector("[data-add-other]").addEventListener("click", addOther);
  other.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    addOther();
  });
  fold.addEventListener("click", () => open(list.hidden));
  list.addEventListener("change", draw);
  area.addEventListener("rows:change", draw);
  const written = rows().some((row) => [...row.querySelectorAll("input[type=text], .errorlist")].some((one) => one.value || one.matches(".errorlist")));
  open(written);
  draw();
}
