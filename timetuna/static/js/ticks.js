// Boxes of a part that are ticked together [data-tick="all"/"none"], and how many of the form are [data-ticked].
const told = document.querySelector("[data-ticked]");
const form = told?.closest("form");

function count() {
  told.textContent = told.dataset.ticked.replace("{count}", form.querySelectorAll("[name=take]:checked").length);
}

if (form) {
  count();
  form.addEventListener("change", count);
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-tick]");
    if (!button) return;
    for (const box of button.closest("section").querySelectorAll("[name=take]")) box.checked = button.dataset.tick === "all";
    count();
  });
}
