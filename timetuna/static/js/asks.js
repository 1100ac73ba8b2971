// A form that only asks shows its answer while one chooses.
const asking = document.querySelector("form[data-asks]");
let waiting;
const ask = async () => {
  const url = new URL(asking.action);
  url.search = new URLSearchParams(new FormData(asking));
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-answer]")) {
    const found = page.getElementById(part.id);
    if (part.contains(document.activeElement)) continue;
    if (found && found.innerHTML !== part.innerHTML) part.replaceWith(found);
  }
  history.replaceState(null, "", url);
};
asking?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 300);
});
