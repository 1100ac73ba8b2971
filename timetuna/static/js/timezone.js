// The guest's zone and clock, kept on this device. Hidden fields [data-guess-zone] are filled with the zone. A page
// [data-clock-page] that was shown otherwise, with nothing said in its address, asks for its times again.
const device = Intl.DateTimeFormat().resolvedOptions().timeZone;

const kept = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};
const keep = (name, value) => {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing: the address still carries it.
  }
};
const mine = { zone: kept("zone") || device, clock: kept("clock") };

for (const field of document.querySelectorAll("[data-guess-zone]")) {
  if (!field.value) field.value = mine.zone ?? "";
}

const select = document.querySelector("select[data-zone-select]");
// The device's own zone is not kept: on a journey it changes by itself.
select?.addEventListener("change", () => keep("zone", select.value === device ? "" : select.value));
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-clock]");
  if (link) keep("clock", link.dataset.clock);
});

const page = document.querySelector("[data-clock-page]");
const shown = page ? { zone: page.dataset.zonePage, clock: page.dataset.clockPage } : {};
const address = new URL(location.href);
const missing = Object.keys(shown).filter(
  (name) => mine[name] && shown[name] && mine[name] !== shown[name] && !address.searchParams.has(name),
);

if (missing.length) {
  for (const name of missing) address.searchParams.set(name, mine[name]);
  if (missing.includes("zone")) {
    select.value = mine.zone;
    if (select.selectedIndex < 0) select.add(new Option(mine.zone, mine.zone, true, true));
  }
  const target = document.getElementById("slots");
  if (!target) history.replaceState(history.state, "", address);
  else if (window.htmx) htmx.ajax("GET", address.pathname + address.search, { source: page, target, swap: "outerHTML" });
  else location.replace(address);
}
