// A file that was chosen or dropped is named in its box, and can be taken back [data-file-clear].
const UNITS = ["byte", "kilobyte", "megabyte"];

function size(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 2);
  const options = { style: "unit", unit: UNITS[power], maximumFractionDigits: power === 2 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, options).format(bytes / 1000 ** power);
}

function show(box) {
  const [file] = box.querySelector("input").files;
  box.querySelector("[data-file-none]").hidden = Boolean(file);
  box.querySelector("[data-file-name]").textContent = file ? `${file.name} · ${size(file.size)}` : "";
  box.toggleAttribute("data-chosen", Boolean(file));
  box.querySelector("[data-file-clear]").hidden = !file;
}

document.addEventListener("change", ({ target }) => {
  const box = target.closest(".file");
  if (box) show(box);
});
document.addEventListener("click", ({ target }) => {
  const box = target.closest("[data-file-clear]")?.closest(".file");
  if (!box) return;
  const input = box.querySelector("input");
  input.value = "";
  input.focus();
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
});
for (const kind of ["dragenter", "dragleave", "drop"])
  document.addEventListener(kind, ({ target }) => target.closest?.(".file")?.toggleAttribute("data-over", kind === "dragenter"));
for (const box of document.querySelectorAll(".file")) show(box);
