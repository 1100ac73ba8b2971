// The page beside its editor [data-page-preview="path"] follows what is typed: the form is sent into a new frame, which takes
// the old one's place once it is there. A new frame leaves nothing for the back button to go through.
const stage = document.querySelector("[data-page-preview]");
const form = document.querySelector("form[data-dirty]");
const note = document.querySelector("[data-preview-note]");
const wide = matchMedia("(min-width: 64rem)");
const PAUSE = 400;
let shown = stage?.querySelector("iframe");
let query = "";
let waiting;
let count = 0;

function say(what) {
  const text = note.dataset[`preview${what}`];
  if (note.textContent !== text) note.textContent = text;
}

const unsaved = () => form.hasAttribute("data-unsaved") && !form.querySelector("fieldset:disabled");

function refresh() {
  if (!wide.matches) return;
  const path = stage.dataset.pagePreview;
  const address = query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
  const next = shown.cloneNode();
  next.name = `page-preview-${++count}`;
  next.loading = "eager";
  next.dataset.waiting = "";
  next.src = unsaved() ? "about:blank" : address;
  for (const late of stage.querySelectorAll("[data-waiting]")) late.remove();
  stage.append(next);
  next.addEventListener("load", () => arrived(next));
  if (unsaved()) send(next.name, address);
}

function send(target, address) {
  const button = Object.assign(document.createElement("button"), { type: "submit", hidden: true, formNoValidate: true });
  button.setAttribute("formaction", address);
  button.setAttribute("formtarget", target);
  // A film is not sent along with each word.
  const left = [...form.querySelectorAll("input[type=file][accept^=video]:not(:disabled)")];
  for (const one of left) one.disabled = true;
  form.append(button);
  form.requestSubmit(button);
  button.remove();
  for (const one of left) one.disabled = false;
}

function arrived(frame) {
  const page = frame.contentDocument;
  if (page?.URL === "about:blank" || !frame.isConnected) return;
  if (!page || page.querySelector("[data-no-preview]") || !page.querySelector("main")) {
    say(page ? "Waits" : "Away");
    frame.remove();
    return;
  }
  const { scrollX, scrollY } = shown.contentWindow ?? {};
  delete frame.dataset.waiting;
  frame.contentWindow.scrollTo(scrollX ?? 0, scrollY ?? 0);
  if (frame !== shown) shown.remove();
  shown = frame;
  say(unsaved() ? "Typed" : "Saved");
  watch(page);
}

// What is pressed in it stays in it: a day, a length or a time is shown with what is typed; nothing else leads anywhere.
function watch(page) {
  page.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link) return;
    event.preventDefault();
    const path = new URL(stage.dataset.pagePreview, location.href).pathname;
    if (link.pathname !== path || link.hash) return;
    query = link.search.slice(1);
    refresh();
  });
  page.addEventListener("submit", (event) => event.preventDefault());
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PAUSE);
}

if (stage && form) {
  for (const kind of ["input", "change", "rows:change"]) form.addEventListener(kind, later);
  wide.addEventListener("change", refresh);
  document.addEventListener("htmx:afterSwap", later);
  shown.addEventListener("load", () => shown.contentDocument && watch(shown.contentDocument), { once: true });
  if (shown.contentDocument?.readyState === "complete") watch(shown.contentDocument);
  if (unsaved()) later();
}

for (const button of document.querySelectorAll("[data-preview-size]"))
  button.addEventListener("click", () => {
    stage.dataset.size = button.dataset.previewSize;
    for (const one of document.querySelectorAll("[data-preview-size]")) one.setAttribute("aria-pressed", String(one === button));
    refresh(); // what lies behind a page depends on its width
  });
