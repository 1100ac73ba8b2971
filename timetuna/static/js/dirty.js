// <form data-dirty> knows whether it differs from what was loaded: marks Save, and asks before leaving.
const read = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));

for (const form of document.querySelectorAll("form[data-dirty]")) {
  // A form that came back with errors was never saved, whatever it holds now.
  const saved = form.querySelector(".errorlist, [data-not-saved]") ? null : read(form);
  const note = form.querySelector("[data-dirty-note]");
  let leaving = false;

  const look = () => {
    const dirty = read(form) !== saved;
    form.toggleAttribute("data-unsaved", dirty);
    const text = dirty ? note?.dataset.dirtyText : "";
    if (note && note.textContent !== text) note.textContent = text;
  };

  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("rows:change", look);
  form.addEventListener("submit", (event) => (leaving = !event.submitter?.formTarget));
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("beforeunload", (event) => {
    if (!leaving && form.hasAttribute("data-unsaved")) event.preventDefault();
  });
  look();
}
