// A form is sent once: its buttons rest after the first press. Opt out with data-many on the form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // A button that fills a frame leaves the page, and its form, where they are.
  const stays = "many" in form.dataset || event.submitter?.formTarget;
  if (event.defaultPrevented || form.method !== "post" || stays) return;
  // After the browser has read the pressed button's own name and value.
  setTimeout(() => {
    if (event.defaultPrevented) return;
    for (const button of form.querySelectorAll("button[type=submit], button:not([type])")) {
      button.disabled = true;
      if (button === event.submitter) button.setAttribute("aria-busy", "true");
    }
  });
});

// Coming back by the browser's back button finds the buttons ready again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    for (const other of button.form.querySelectorAll("button[disabled]")) other.disabled = false;
  }
});
