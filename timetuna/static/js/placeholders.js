// A button [data-insert="{guest name}"] puts its words where the cursor was last in the texts that stand beside it.
let last = null;

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-preview-kind] :is(input, textarea)")) last = target;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-insert]");
  const area = button?.closest("[data-preview-kind]");
  if (!area) return;
  const field = area.contains(last) ? last : area.querySelector("textarea");
  const words = button.dataset.insert;
  const room = field.maxLength < 0 || field.value.length + words.length <= field.maxLength;
  if (!room) return field.focus();
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
