// A form that holds its time [data-release] gives it back when it is left without being sent.
// What says so [data-held-minutes] goes when it is not true any more; the form works on.
const field = document.querySelector("input[data-release]");
const note = document.querySelector("[data-held-minutes]");
let sent = false;

document.addEventListener("submit", (event) => {
  if (event.target === field?.form && !event.defaultPrevented) sent = true;
});

addEventListener("pagehide", () => {
  if (sent || !field?.value) return;
  navigator.sendBeacon(field.dataset.release, new URLSearchParams({ hold: field.value }));
  try {
    // The times that come next in this tab may have been asked for already: slots.js asks once more.
    sessionStorage.setItem("left", JSON.stringify([field.dataset.release, field.value]));
  } catch {
    // A browser that keeps nothing: the time is back at the next look.
  }
  note?.remove();
});

// Coming back by the browser's back button, it may be sent again, or left; if it has booked, the server says so.
addEventListener("pageshow", async (event) => {
  if (!event.persisted) return;
  const asked = sent;
  sent = false;
  if (!asked) return;
  const address = location.pathname + location.search; // a reload would send the form again
  const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
  if (answer?.headers.has("X-Booked")) location.replace(address);
});

if (note) setTimeout(() => note.remove(), note.dataset.heldMinutes * 60_000);
