// [data-key] is pressed by its key; "?" lists a page's keys. Letters alone can be switched off, for who speaks to the
// computer (WCAG 2.1.4). Arrows are the page's own while focus is elsewhere than in [data-keys].
const dialog = document.getElementById("keys");
const box = dialog?.querySelector("[data-keys-on]");

function on() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

function open() {
  box.checked = on();
  dialog.showModal();
}

const mark = () => document.documentElement.toggleAttribute("data-no-keys", !on());

box?.addEventListener("change", () => {
  try {
    localStorage.setItem("keys", box.checked ? "on" : "off");
  } catch {}
  mark();
});
mark();

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys-open]")) open();
});

addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if (target.closest?.("input, select, textarea, dialog") || document.querySelector("dialog[open]")) return;
  if (key.length === 1 && !on()) return;
  if (key.length > 1 && target !== document.body && !target.closest?.("[data-keys]")) return;
  if (key === "?" && dialog) {
    event.preventDefault();
    open();
    return;
  }
  const pressed = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && one.checkVisibility());
  if (!pressed) return;
  event.preventDefault();
  if (pressed.matches("input")) pressed.select();
  pressed.focus();
  if (!pressed.matches("input")) pressed.click();
});
