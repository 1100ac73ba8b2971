// An address follows the title (or a team's name) while it is new; in the editor a day's hours go to all workdays.
const slug = document.querySelector("input[data-from]");
const title = slug && document.getElementById(slug.dataset.from);
let follows = Boolean(title);

const address = (text) =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9\s_-]/g, "")
    .replace(/[\s_-]+/g, "-")
    .slice(0, Number(slug.dataset.longest ?? 60))
    .replace(/^-|-$/g, "");

slug?.addEventListener("input", () => (follows = false));
title?.addEventListener("input", () => {
  if (follows) slug.value = address(title.value) || slug.defaultValue;
});

const windows = (day) => [...day.querySelectorAll("[data-row]:not([hidden], .no-js)")];
const times = (row) => [...row.querySelectorAll("input[type=time]")];

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy-day]");
  const from = button?.closest("[data-day]");
  if (!from) return;
  const hours = windows(from).map((row) => times(row).map((input) => input.value));
  for (const day of document.querySelectorAll("[data-day]")) {
    if (day === from || day.dataset.day > 4) continue;
    for (const row of windows(day)) row.querySelector("[data-rows-remove]").click();
    for (const values of hours) {
      day.querySelector("[data-rows-add]").click();
      times(windows(day).at(-1)).forEach((input, i) => (input.value = values[i]));
    }
  }
  button.focus();
  button.closest("form").dispatchEvent(new Event("input"));
});
