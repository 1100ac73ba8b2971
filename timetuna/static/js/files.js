// A file that was chosen can be taken back [data-file-clear].
document.addEventListener("change", ({ target }) => {
  const clear = target.closest(".file")?.querySelector("[data-file-clear]");
  if (clear) clear.hidden = !target.files.length;
});
document.addEventListener("click", ({ target }) => {
  const clear = target.closest("[data-file-clear]");
  if (!clear) return;
  const input = clear.closest(".file").querySelector("input");
  input.value = "";
  input.focus();
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
});
