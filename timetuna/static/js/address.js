// The field [data-mail] asks at that address whether its domain has a slip in it; what was probably meant is offered as a
// button in [data-meant]. Whoever sends the form all the same is asked once by the server: it may have been sent in the same
// moment, and nobody has read this then.
const field = document.querySelector("[data-mail]");
const note = document.querySelector("[data-meant]");
let asked = "";

const offer = (address) => {
  note.replaceChildren();
  if (!address) return;
  const [before, after] = note.dataset.meant.split("*");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-link";
  button.textContent = address;
  button.addEventListener("click", () => {
    field.value = address;
    offer("");
    field.focus();
  });
  note.append(before, button, after);
};

const look = async () => {
  const [, local, domain] = /([^\s<>"':@]+)@([^\s<>"',;@]+)/.exec(field.value) ?? [];
  asked = field.value;
  note.replaceChildren();
  if (!domain?.includes(".")) return;
  const answer = await fetch(`${field.dataset.mail}?domain=${encodeURIComponent(domain)}`).catch(() => null);
  if (!answer?.ok || field.value !== asked) return;
  const meant = await answer.text();
  offer(meant && `${local}@${meant}`);
};

if (field && note) {
  field.addEventListener("change", look);
  if (field.value && !field.form.elements.as_typed.value) look();
}
