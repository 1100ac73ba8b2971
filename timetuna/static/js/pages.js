// An address follows the title (or a team's name) while it is new.
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
