// The guest's zone. Hidden fields [data-guess-zone] are filled with it; a page with [data-zone-page] that was shown
// in another zone, with none in its address, is asked for again in the guest's own.
const guess = () => {
  try {
    return localStorage.getItem("zone") || Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
};

for (const field of document.querySelectorAll("[data-guess-zone]")) {
  if (!field.value) field.value = guess() ?? "";
}

const select = document.querySelector("select[data-zone-select]");
select?.addEventListener("change", () => {
  try {
    localStorage.setItem("zone", select.value);
  } catch {
    // A browser that keeps nothing: the address still carries the zone.
  }
});

const page = document.querySelector("[data-zone-page]");
const address = new URL(location.href);
const zone = page && !address.searchParams.has("zone") && guess();
if (zone && zone !== page.dataset.zonePage) {
  address.searchParams.set("zone", zone);
  location.replace(address);
}
