// [data-copy-rich] copies the [data-paste] beside it as it looks, with its links; [data-copy-text] the text of a field.
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
    say(button, "Copied");
  } catch {
    say(button, "Not copied");
  }
});

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
    if (found && found.innerHTML !== part.innerHTML) part.replaceWith(found);
  }
  history.replaceState(null, "", url);
};
asking?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 300);
});
