// <form data-confirm> asks once in a dialog; <script data-keep> has the word for leaving it. Without JavaScript [data-confirm-box] is a box to tick instead.
for (const box of document.querySelectorAll("[data-confirm-box]")) box.remove();

const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!("confirm" in form.dataset) || form.dataset.confirm === "yes") return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    const dialog = make("dialog", "dialog stack", "");
    const field = form.elements[form.dataset.confirmAmount];
    const named = () => (/[\p{L}\p{Sc}]/u.test(field.value) ? field.value : `${field.value} ${field.dataset.currency}`);
    const typed = () => (field.value === field.defaultValue ? field.dataset.words : named());
    const asked = form.dataset.confirmTitle;
    const title = make("h2", "", field ? asked.replace("{amount}", typed) : asked);
    const actions = make("div", "dialog-actions", "");
    const keep = make("button", "button", document.querySelector("script[data-keep]").dataset.keep);
    const go = make("button", "button button-danger button-main", form.dataset.confirmButton ?? button.textContent.trim());
    title.id = "confirm-title";
    dialog.setAttribute("aria-labelledby", title.id);
    keep.addEventListener("click", () => dialog.close());
    go.addEventListener("click", () => {
      form.dataset.confirm = "yes";
      dialog.close();
      form.requestSubmit(button);
    });
    dialog.addEventListener("close", () => dialog.remove());
    actions.append(keep, go);
    dialog.append(title, make("p", "quiet", form.dataset.confirmText), actions);
    document.body.append(dialog);
    dialog.showModal();
  },
  true,
);
