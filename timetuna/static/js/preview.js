// The preview of a mail follows what is typed: the button of the kind that is written is pressed for the host.
const frame = document.querySelector("iframe[name=mail-preview]");
const PAUSE = 600;
let waiting;
let shown;

const show = (area) => {
  const button = area?.querySelector("[data-preview]");
  if (button) shown = area;
  if (button) button.form.requestSubmit(button);
};

const soon = (event) => {
  const area = event.target.matches("[data-preview-language]") ? shown : event.target.closest("[data-preview-kind]");
  if (!area) return;
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE, area);
};

if (frame) {
  document.addEventListener("input", soon);
  for (const area of document.querySelectorAll("[data-preview-kind]"))
    area.addEventListener("toggle", () => area.open && document.readyState === "complete" && show(area));
  addEventListener("load", () => show(document.querySelector("[data-preview-kind]")), { once: true });
}
