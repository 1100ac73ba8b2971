// Links [data-swap] bring the month and times that they lead to in place of those shown, and whom the guest has chosen
// beside the title. What is on its way is shown, what came is announced, focus is never lost, the address and the
// browser's back button follow, and what fails becomes an ordinary visit.
const slots = () => document.getElementById("slots");
const place = (address = location) => address.pathname + address.search;
let shown = place();
let asked;

// how: "pushState", "replaceState", or nothing where the address is right already.
const go = async (address, how, focus) => {
  const url = new URL(address, location);
  url.hash = "";
  asked?.abort();
  asked = new AbortController();
  const before = slots();
  const had = document.activeElement;
  const inside = before.contains(had);
  before.setAttribute("aria-busy", "true");
  try {
    const { signal } = asked;
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal });
    if (!answer.ok) throw answer.status;
    const text = await answer.text();
    signal.throwIfAborted();
    put(text);
    if (how) history[how](null, "", answer.redirected ? answer.url : url);
    shown = place();
  } catch (reason) {
    if (reason.name !== "AbortError") location.assign(url);
    return;
  }
  settle(inside && had, focus);
};

const put = (text) => {
  const came = document.createElement("template");
  came.innerHTML = text;
  const part = came.content.getElementById("slots");
  if (!part) throw new Error("another page");
  slots().replaceWith(part);
  const met = document.getElementById("met-now");
  if (met) document.getElementById("met").replaceChildren(met.content.cloneNode(true));
  const { zone, zoneName } = slots().dataset;
  const field = document.getElementById("zone");
  if (field?.dataset.zones && field !== document.activeElement) field.value = field.defaultValue = zoneName;
  if (field?.dataset.zones) field.dataset.zone = zone;
};

const settle = (had, focus) => {
  const goal = document.getElementById(focus);
  if (goal) {
    goal.focus();
    // On a phone the times of a day stand below it, out of sight.
    if (goal.getBoundingClientRect().bottom > 0.6 * innerHeight) goal.scrollIntoView();
    return;
  }
  if (had && document.activeElement === document.body) {
    const fromDay = had.closest("table.month") && slots().querySelector("a.day");
    const same = had.id && document.getElementById(had.id);
    (same || fromDay || document.getElementById("month"))?.focus({ preventScroll: true });
  }
  const said = document.getElementById("announce");
  if (said) said.textContent = slots().dataset.announce ?? "";
};

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(link.href, "pushState", link.dataset.focus);
});

// Somebody else wants them from another address [timezone.js].
document.addEventListener("slots", (event) => {
  if (!slots()) return;
  event.preventDefault();
  go(event.detail, "replaceState");
});

addEventListener("popstate", () => {
  if (slots() && place() !== shown) go(location.href);
});

// Coming back, out of the browser's memory or its cache, the times are asked for once more. What a form had kept
// [hold.js] is given back for certain first, which twice is harmless.
const left = () => {
  try {
    const kept = JSON.parse(sessionStorage.getItem("left") ?? "[]");
    sessionStorage.removeItem("left");
    return kept;
  } catch {
    return [];
  }
};
const again = () => {
  if (slots()) go(location.href);
};
const back = () => {
  const [release, hold] = slots() ? left() : [];
  if (!hold) return false;
  fetch(release, { method: "POST", body: new URLSearchParams({ hold }) }).then(again, again);
  return true;
};
if (!back() && performance.getEntriesByType("navigation")[0]?.type === "back_forward") again();
addEventListener("pageshow", (event) => {
  if (event.persisted && !back()) again();
});

// Links to other lengths and languages stand outside the fragment: they take along what the address has learned since.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.(".pills a, .link-cards a, .languages a");
    if (!link) return;
    const here = new URL(location.href).searchParams;
    const there = new URL(link.href);
    for (const name of ["zone", "clock", "month", "day", "visit", "with"]) {
      if (here.has(name)) there.searchParams.set(name, here.get(name));
      else there.searchParams.delete(name);
    }
    link.href = there;
  },
  true,
);
