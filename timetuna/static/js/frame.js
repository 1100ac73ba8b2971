// A guest's page inside another website [embed.js]: says how high it is and what happens, to that website alone and only
// once it has said who it is. What leads away from the frame opens beside it.
const { origins, page, language, event, data } = JSON.parse(document.querySelector("meta[name=timetuna-frame]").content);
let website = "";
let id = "";
let height = 0;

const tell = (name, about = {}) => {
  if (website) parent.postMessage({ timetuna: 1, event: name, id, data: about }, website);
};

// The body's, and that of a list which is open below it: not the document's, which is never less than the frame.
const measure = () => {
  const ends = [...document.querySelectorAll("[role=listbox]")].map((list) => list.getBoundingClientRect().bottom + scrollY);
  const now = Math.ceil(Math.max(document.body.getBoundingClientRect().height, ...ends));
  if (Math.abs(now - height) < 2) return;
  height = now;
  tell("height", { height });
};
const later = () => requestAnimationFrame(measure);
new ResizeObserver(later).observe(document.body);
for (const happens of ["focusin", "focusout", "toggle", "keyup"]) document.addEventListener(happens, later, true);

addEventListener("message", ({ source, origin, data: said }) => {
  if (source !== parent || website || said?.timetuna !== 1 || said.event !== "hello") return;
  if (!/^https?:/.test(origin) || !(origins.includes("*") || origins.includes(origin))) return;
  website = origin;
  id = String(said.id).slice(0, 64);
  tell("ready", { page, language });
  measure();
  if (event) tell(event, data);
});
if (parent !== window) parent.postMessage({ timetuna: 1, event: "hi" }, "*"); // nothing but that somebody is there

// What has happened is told once, whoever reloads.
const here = new URL(location);
if (here.searchParams.has("made")) {
  here.searchParams.delete("made");
  history.replaceState(history.state, "", here);
}

document.addEventListener(
  "click",
  ({ target }) => {
    const link = target.closest?.("a[href]");
    const button = target.closest?.("button[name=pick]");
    if (button) tell("time_selected", { start: button.value });
    if (!link || link.getAttribute("href").startsWith("#")) return;
    const asked = new URL(link.href).searchParams;
    if (!asked.has("embed") && !link.target && !link.pathname.endsWith(".ics")) {
      link.target = "_blank";
      link.rel = "noopener";
    }
    if (link.matches(".pills a, .link-cards a")) tell("duration_selected", { minutes: Number(asked.get("duration")) });
    if (asked.has("embed") && asked.has("start")) tell("time_selected", { start: asked.get("start"), zone: asked.get("zone") ?? "" });
  },
  true,
);

let begun = false;
document.addEventListener("input", (typed) => {
  if (begun || !typed.target.closest("form[method=post]")) return;
  begun = true;
  tell("form_started");
});

// In a popup the key closes the window around the frame, which does not hear it; a list that is open takes it first.
addEventListener(
  "keydown",
  (pressed) => {
    if (pressed.key === "Escape" && !document.querySelector("[aria-expanded=true]")) tell("escape");
  },
  true,
);
