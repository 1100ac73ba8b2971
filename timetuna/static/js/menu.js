// <details data-menu> closes on Escape, on a press outside, and when focus leaves it; a dialog that was opened from it
// finds it open when it gives the focus back.
const close = (menu) => menu.removeAttribute("open");
const open = () => (document.querySelector("dialog:modal") ? [] : document.querySelectorAll("details[data-menu][open]"));

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) close(menu);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    close(menu);
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) close(menu);
});

// A row of parts that does not fit shows the one that is open.
for (const current of document.querySelectorAll(".tabs > [aria-current]")) {
  const row = current.parentElement;
  const [box, whole] = [current.getBoundingClientRect(), row.getBoundingClientRect()];
  if (box.left < whole.left + 56 || box.right > whole.right - 56) row.scrollLeft += box.left - whole.left - 56;
}
