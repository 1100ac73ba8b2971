// The preview of a mail follows what is typed: the button of the kind that is written is pressed for the host. Each goes into a
// new frame, which takes the old one's place once it is there, and leaves nothing for the back button to go through.
const stage = document.querySelector("[data-mail-stage]");
const PAUSE = 600;
let frame = stage?.querySelector("iframe");
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

function renew(button) {
  const language = document.querySelector("[data-preview-language]")?.value;
  const address = new URL(button.formAction);
  if (language) address.searchParams.set("preview_language", language);
  button.setAttribute("formaction", address.pathname + address.search);
  const old = frame;
  frame = old.cloneNode();
  frame.dataset.waiting = "";
  old.removeAttribute("name");
  stage.append(frame);
  frame.addEventListener("load", function arrived() {
    if (frame.contentDocument?.URL === "about:blank") return;
    frame.removeEventListener("load", arrived);
    delete frame.dataset.waiting;
    for (const one of stage.querySelectorAll("iframe")) if (one !== frame) one.remove();
  });
}

if (frame) {
  document.addEventListener("input", soon);
  document.addEventListener("submit", (event) => event.submitter?.formTarget === "mail-preview" && renew(event.submitter), true);
  for (const area of document.querySelectorAll("[data-preview-kind]"))
    area.addEventListener("toggle", () => area.open && document.readyState === "complete" && show(area));
  addEventListener("load", () => show(document.querySelector("[data-preview-kind]")), { once: true });
}
