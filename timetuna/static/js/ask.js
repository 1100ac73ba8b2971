// A question that depends on an answer [data-when] is shown once that answer is given. The server judges by itself.
const parts = new Map([...document.querySelectorAll("[data-when]")].map((one) => [one.closest(".field"), one]));

function look() {
  for (const [field, { form, dataset }] of parts) {
    const asked = new FormData(form).getAll(dataset.when).includes(dataset.is);
    field.toggleAttribute("data-out-of-sight", !asked);
    for (const one of field.querySelectorAll("[data-unasked]")) delete one.dataset.unasked;
  }
}

addEventListener("change", look);
addEventListener("pageshow", look);
look();
