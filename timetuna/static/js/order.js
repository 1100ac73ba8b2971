// A list in an order [data-order] is put into another by dragging a row's [data-grip]; its form is sent with the new place. The
// buttons in the rows do the same by keyboard, and without a script.
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  const row = grip?.closest("[data-place]");
  if (!row || event.button) return;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  row.dataset.dragged = "";
  const list = row.parentElement;

  const move = ({ clientY }) => {
    const others = [...list.children].filter((one) => one !== row);
    const next = others.find((one) => {
      const box = one.getBoundingClientRect();
      return clientY < box.top + box.height / 2;
    });
    if (row.nextElementSibling !== (next ?? null)) list.insertBefore(row, next ?? null);
  };

  const end = () => {
    grip.removeEventListener("pointermove", move);
    delete row.dataset.dragged;
  };

  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointercancel", end, { once: true });
  grip.addEventListener(
    "pointerup",
    () => {
      end();
      const place = [...list.children].indexOf(row);
      if (place === Number(row.dataset.place)) return;
      const form = row.querySelector("form");
      const button = Object.assign(document.createElement("button"), { type: "submit", name: "to", value: place, hidden: true });
      form.prepend(button);
      form.requestSubmit(button);
      button.remove();
    },
    { once: true },
  );
});
