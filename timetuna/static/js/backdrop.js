// The host's picture behind a page [data-backdrop] comes once all else is there: on wide screens, and never where data
// or motion is to be spared.
const backdrop = document.querySelector("[data-backdrop]")?.dataset.backdrop;
const spared = "(max-width: 43.99rem), (prefers-reduced-motion: reduce), (prefers-reduced-data: reduce)";

const show = () => {
  const picture = new Image();
  picture.className = "backdrop";
  picture.alt = "";
  picture.src = backdrop;
  document.body.prepend(picture);
};

if (backdrop && !navigator.connection?.saveData && !matchMedia(spared).matches) {
  if (document.readyState === "complete") show();
  else addEventListener("load", show);
}
