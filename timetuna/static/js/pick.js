// A time that is picked opens to [14:00 | Next]; on a phone what leads on is a bar at the bottom (times.css). In a frame
// of another page, whose bottom may be out of sight, and without this script, a time is a link.
document.addEventListener("click", (event) => {
  const time = event.target.closest?.("[data-next] a.time");
  if (!time || parent !== window || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const before = document.querySelector(".picked");
  before?.classList.remove("picked");
  before?.firstElementChild.removeAttribute("aria-current");
  before?.lastElementChild.remove();
  time.parentElement.classList.add("picked");
  time.setAttribute("aria-current", "true");
  const [bar, next, when] = ["div", "a", "span"].map((name) => document.createElement(name));
  when.textContent = `${document.getElementById("times").textContent}, ${time.firstChild.textContent.trim()} `;
  next.append(when, time.closest("[data-next]").dataset.next);
  next.className = "button button-main";
  next.href = time.href;
  bar.append(next);
  time.after(bar);
  next.focus();
});
