// A colour [data-colour] is chosen among some, in the browser's picker, or typed; what would hardly be seen on white is said,
// with the nearest that is. The server says the same (pages/forms/contrast.py).
const area = document.querySelector("[data-colour]");
const ENOUGH = 3;
const linear = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
const encoded = (one) => Math.floor(255 * (one <= 0.0031308 ? 12.92 * one : 1.055 * one ** (1 / 2.4) - 0.055));
const onWhite = ([red, green, blue]) => 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);

function nearest(hex) {
  const scaled = (by) => `#${linear(hex).map((one) => encoded(one * by).toString(16).padStart(2, "0")).join("")}`;
  let [dark, light] = [0, 1];
  for (let step = 0; step < 24; step++) {
    const middle = (dark + light) / 2;
    if (onWhite(linear(scaled(middle))) >= ENOUGH) dark = middle;
    else light = middle;
  }
  return scaled(dark);
}

function whole(text) {
  const [, digits] = text.trim().match(/^#?([0-9a-f]{6}|[0-9a-f]{3})$/i) ?? [];
  if (!digits) return "";
  return `#${(digits.length === 3 ? [...digits].map((one) => one + one).join("") : digits).toLowerCase()}`;
}

if (area) {
  const field = area.querySelector("input[name=brand_color]");
  const picker = area.querySelector("[data-colour-picker]");
  const note = area.querySelector("[data-faint]");
  const swatches = [...area.querySelectorAll("[data-swatch]")];

  const look = () => {
    const colour = whole(field.value);
    for (const one of swatches) one.setAttribute("aria-pressed", String(one.dataset.swatch === colour));
    picker.value = colour || swatches[0].dataset.swatch;
    const ratio = colour ? onWhite(linear(colour)) : ENOUGH;
    note.hidden = ratio >= ENOUGH;
    if (note.hidden) return;
    note.querySelector("[data-faint-ratio]").textContent = ratio.toFixed(1);
    note.querySelector("[data-faint-nearest]").textContent = nearest(colour);
  };

  const choose = (colour) => {
    field.value = colour;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  field.addEventListener("input", look);
  picker.addEventListener("input", () => choose(picker.value));
  area.addEventListener("click", ({ target }) => {
    const swatch = target.closest("[data-swatch]");
    if (swatch) choose(swatch.dataset.swatch);
    if (target.closest("[data-faint-use]")) {
      choose(nearest(whole(field.value)));
      field.focus();
    }
  });
  look();
}
