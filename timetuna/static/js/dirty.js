// <form data-dirty> knows whether it differs from what was loaded: shows its save bar, saves on Ctrl/Cmd-S, and asks before
// leaving.
const read = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
const forms = [...document.querySelectorAll("form[data-dirty]")];

for (const form of forms) {
  // A browser that fills in what was typed before a reload would pass that off as saved.
  form.autocomplete = "off";
  // A form that came back with errors was never saved, whatever it holds now.
  const saved = form.querySelector(".errorlist, [data-not-saved]") ? null : read(form);
  const note = form.querySelector("[data-dirty-note]");
  let leaving = false;

  const look = () => {
    const dirty = read(form) !== saved;
    form.toggleAttribute("data-unsaved", dirty);
    say(note, dirty ? note?.dataset.dirtyText : "");
  };

  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("rows:change", look);
  form.addEventListener("submit", (event) => (leaving = !event.submitter?.formTarget));
  form.querySelector("[data-dirty-drop]")?.addEventListener("click", () => (leaving = true));
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("beforeunload", (event) => {
    if (!leaving && form.hasAttribute("data-unsaved")) event.preventDefault();
  });
  look();
}

function say(note, text) {
  if (note && note.textContent !== text) note.textContent = text;
}

addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
  if (!forms.length) return;
  event.preventDefault();
  const form = forms.find((one) => one.hasAttribute("data-unsaved"));
  if (form) form.requestSubmit(form.querySelector(".savebar button[type=submit]"));
  else allSaved(forms[0]);
});

function allSaved(form) {
  const note = form.querySelector("[data-dirty-note]");
  if (!note) return;
  form.toggleAttribute("data-all-saved", true);
  say(note, note.dataset.cleanText);
  setTimeout(() => {
    form.removeAttribute("data-all-saved");
    if (!form.hasAttribute("data-unsaved")) say(note, "");
  }, 2500);
}
