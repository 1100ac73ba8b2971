// A list in an order [data-order] is put into another by dragging a row's [data-grip]; its form is sent with the new place. The
// buttons in the rows do the same by keyboard, and without a script. Escape puts a row back.
document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  const row = grip?.closest("[data-place]");
  if (!row || event.button) return;
  event.preventDefault();
  const list = row.parentElement;
  const was = row.nextElementSibling;
  list.setPointerCapture(event.pointerId); // the row would lose it where it is put into another place
  row.dataset.dragged = "";

  const move = ({ clientY }) => {
    const high = row.offsetHeight;
    // One is passed as soon as the row would lie below the pointer in its place.
    for (let next; (next = row.nextElementSibling); next.after(row)) {
      const { top, bottom } = next.getBoundingClientRect();
      if (clientY <= Math.max(top, bottom - high)) break;
    }
    for (let next; (next = row.previousElementSibling); next.before(row)) {
      const { top, bottom } = next.getBoundingClientRect();
      if (clientY >= Math.min(bottom, top + high)) break;
    }
  };

  const end = () => {
    list.removeEventListener("pointermove", move);
    list.removeEventListener("pointerup", drop);
    list.removeEventListener("pointercancel", back);
    removeEventListener("keydown", escape, true);
    delete row.dataset.dragged;
  };

  const back = () => {
    end();
    list.insertBefore(row, was);
  };

  const escape = (press) => {
    if (press.key !== "Escape") return;
    press.stopPropagation();
    back();
  };

  const drop = () => {
    end();
    const place = [...list.children].indexOf(row);
    if (place === Number(row.dataset.place)) return;
    const form = row.querySelector("form");
    const to = Object.assign(document.createElement("input"), { type: "hidden", name: "to", value: place });
    form.prepend(to);
    form.requestSubmit(); // a button that is not pressed would not be sent along by htmx
    to.remove();
  };

  list.addEventListener("pointermove", move);
  list.addEventListener("pointerup", drop);
  list.addEventListener("pointercancel", back);
  addEventListener("keydown", escape, true);
});
