// [data-copy-rich] copies the [data-paste] beside it as it looks, with its links; [data-copy-text] the text of a field.
// What it says then stands in its data-copied and data-not-copied.
const say = (button, text) => {
  const label = button.querySelector("[data-copy-label]");
  const status = button.closest("[data-copy-area]")?.querySelector("[data-copy-status]");
  const before = label.dataset.before ?? label.textContent;
  label.dataset.before = before;
  label.textContent = text;
  if (status) status.textContent = text;
  setTimeout(() => {
    label.textContent = before;
    if (status) status.textContent = "";
  }, 2000);
};

const rich = (element) => {
  const type = (name, text) => [name, new Blob([text], { type: name })];
  return navigator.clipboard.write([
    new ClipboardItem(Object.fromEntries([type("text/html", element.innerHTML), type("text/plain", element.innerText)])),
  ]);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-rich], [data-copy-text]");
  if (!button) return;
  const area = button.closest("[data-copy-area]");
  try {
    if ("copyRich" in button.dataset) await rich(area.querySelector("[data-paste]"));
    else await navigator.clipboard.writeText(area.querySelector("textarea").value);
    say(button, button.dataset.copied);
  } catch {
    say(button, button.dataset.notCopied);
  }
});
