// <button data-copy="text" data-copied="…" data-not-copied="…"> copies it and says so, on the button and to screen readers.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("[data-copy-label]");
  const status = button.closest("[data-copy-area]")?.querySelector("[data-copy-status]");
  const before = [...label.childNodes];
  let said = button.dataset.copied;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    said = button.dataset.notCopied;
  }
  if (label.dataset.busy) return;
  label.dataset.busy = "true";
  label.replaceChildren(said);
  if (status) status.textContent = said;
  setTimeout(() => {
    label.replaceChildren(...before);
    delete label.dataset.busy;
    if (status) status.textContent = "";
  }, 2000);
});
