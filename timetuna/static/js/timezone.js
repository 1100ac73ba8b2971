// The guest's zone and clock, kept on this device, and in a cookie by `keepZone` of settle.js. Hidden fields
// [data-guess-zone] are filled with the zone.
const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
const keep = (name, value) => {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // A browser that keeps nothing: the address still carries it.
  }
  window.keepZone?.();
};

for (const field of document.querySelectorAll("[data-guess-zone]")) {
  if (!field.value) field.value = device ?? "";
}

for (const field of document.querySelectorAll("[data-zones-script]")) {
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "false");
  const load = () => import(field.dataset.zonesScript);
  field.addEventListener("focus", load, { once: true });
  if (document.activeElement === field) load();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-clock]");
  if (link) keep("clock", link.dataset.clock);
});

document.addEventListener("zone", (event) => {
  const zone = event.detail;
  const { form } = event.target;
  if (!form.elements.next) return;
  // The device's own zone is not kept: on a journey it changes by itself.
  keep("zone", zone === device ? "" : zone);
  const query = new URLSearchParams(new FormData(form));
  query.delete("q");
  query.delete("next");
  query.set("zone", zone);
  const address = `${form.elements.next.value}?${query}`;
  const asks = new CustomEvent("slots", { cancelable: true, detail: address });
  if (document.dispatchEvent(asks)) location.assign(address);
});
