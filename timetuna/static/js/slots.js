// What htmx leaves to the page: a fragment on its way is shown, what came is announced, focus is never lost,
// and a request that fails becomes an ordinary visit. Whom the guest has chosen stands beside the title.
const slots = () => document.getElementById("slots");
let fromDay = false;
let hadFocus = false;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target !== slots()) return;
  slots().setAttribute("aria-busy", "true");
  hadFocus = slots().contains(document.activeElement);
  fromDay = Boolean(document.activeElement?.closest("table.month"));
});

document.addEventListener("htmx:afterSettle", (event) => {
  const area = slots();
  if (event.detail.target?.id !== "slots" || !area) return;
  const met = document.getElementById("met-now");
  if (met) document.getElementById("met").replaceChildren(met.content.cloneNode(true));
  const goal = document.getElementById(event.detail.requestConfig?.elt?.dataset.focus ?? "");
  if (goal) {
    goal.focus();
    return;
  }
  if (hadFocus && document.activeElement === document.body) {
    const next = (fromDay && area.querySelector("a.day")) || document.getElementById("month");
    next?.focus({ preventScroll: true });
  }
  document.getElementById("announce").textContent = area.dataset.announce ?? "";
});

// Back from a form [hold.js]: its time is given back for certain, which twice is harmless, and then asked for.
const left = () => {
  try {
    const kept = JSON.parse(sessionStorage.getItem("left") ?? "[]");
    sessionStorage.removeItem("left");
    return kept;
  } catch {
    return [];
  }
};
const [release, hold] = slots() && window.htmx ? left() : [];
if (hold) {
  const body = new URLSearchParams({ hold });
  const address = location.pathname + location.search;
  const again = () => htmx.ajax("GET", address, { source: slots().parentElement, target: slots(), swap: "outerHTML" });
  fetch(release, { method: "POST", body }).then(again, () => {});
}

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.target === slots()) location.assign(event.detail.pathInfo.finalRequestPath);
  });
}

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
