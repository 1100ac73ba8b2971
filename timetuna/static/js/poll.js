// What is still to come [data-poll] is asked for every [data-every] seconds, until the server sends it in its place.
// 204 is "nothing new"; an answer without [data-poll] is the last.
const wait = (area) => {
  if (!area?.dataset.poll) return;
  setTimeout(async () => {
    const answer = await fetch(area.dataset.poll, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status !== 200) return wait(area);
    area.outerHTML = await answer.text();
    wait(document.getElementById(area.id));
  }, area.dataset.every * 1000);
};

for (const area of document.querySelectorAll("[data-poll]")) wait(area);
