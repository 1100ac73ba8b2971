// [data-key] is pressed by its key, or by two after each other ("g b"); "?" lists them. Letters alone can be switched off,
// for who speaks to the computer (WCAG 2.1.4). Arrows are the page's own while focus is elsewhere than in [data-keys].
const dialog = document.getElementById("keys");
const box = dialog.querySelector("[data-keys-on]");
const here = dialog.querySelector("[data-keys-here]");
const NAMES = { ArrowLeft: "←", ArrowRight: "→" };
const SEARCH = "main [data-key='/'], main input[type=search], main input[data-zones]";
const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea, [contenteditable]";
const WITHIN = 2000; // milliseconds between the two
let first = "";
let late;

function on() {
  try {
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

const seen = (selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
const mark = () => document.documentElement.toggleAttribute("data-no-keys", !on());

// The list

function line(keys, says) {
  const [row, names, words] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  names.append(...keys.map((key) => Object.assign(document.createElement("kbd"), { textContent: key })));
  words.textContent = says;
  row.dataset.found = "";
  row.append(names, words);
  return row;
}

function open() {
  const control = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘" : "Ctrl";
  const saves = seen("main [aria-keyshortcuts^='Control+S']").slice(0, 1);
  for (const old of here.querySelectorAll("[data-found]")) old.remove();
  here.prepend(
    ...seen("main [data-key]:not([data-key='/'])").map((one) => line([NAMES[one.dataset.key] ?? one.dataset.key], one.textContent.trim())),
    ...saves.map((one) => line([control, "S"], one.textContent.trim())),
  );
  here.parentElement.hidden = !here.children.length;
  box.checked = on();
  dialog.showModal();
}

box.addEventListener("change", () => {
  try {
    localStorage.setItem("keys", box.checked ? "on" : "off");
  } catch {}
  mark();
});
mark();

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys-open]")) open();
});

// The keys

function find(name) {
  if (name === "/") return seen(SEARCH)[0] ?? dialog.querySelector("[data-key='/']");
  const all = [...document.querySelectorAll("[data-key]")].filter((one) => one.dataset.key === name);
  return all.find((one) => one.checkVisibility() || dialog.contains(one));
}

function wait(key) {
  clearTimeout(late);
  first = key;
  late = setTimeout(() => (first = ""), WITHIN);
}

addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.altKey || event.ctrlKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (key.length > 1 ? target !== document.body && !target.closest?.("[data-keys]") : !on()) return;
  if (target.closest?.(key.length > 1 ? "input, select, textarea" : TYPED)) return;
  const name = first ? `${first} ${key}` : key;
  if (key !== "Shift") wait("");
  if (name === "?") {
    event.preventDefault();
    open();
    return;
  }
  if (name === "g") return wait("g");
  const pressed = find(name);
  if (!pressed) return;
  event.preventDefault();
  if (pressed.matches("input")) pressed.select();
  pressed.focus();
  if (!pressed.matches("input")) pressed.click();
});
