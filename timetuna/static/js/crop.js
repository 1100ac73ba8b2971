// Asks in a dialog which part of a picture is meant: dragged, or moved by the arrow keys, and enlarged. Resolves to a canvas
// with that part, or to null where it was closed. What it says are words [data-crop-…] of the page.
const FARTHEST = 4;
const STEP = 0.02;

const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
const within = (value, least, most) => Math.min(most, Math.max(least, value));

export function crop(picture, [width, height], words) {
  const least = Math.max(width / picture.width, height / picture.height);
  const canvas = Object.assign(make("canvas", ""), { width, height, tabIndex: 0 });
  const pen = canvas.getContext("2d");
  const at = { zoom: 1, x: 0.5, y: 0.5 };

  const draw = () => {
    const by = least * at.zoom;
    const [wide, high] = [width / by, height / by];
    at.x = within(at.x, wide / 2 / picture.width, 1 - wide / 2 / picture.width);
    at.y = within(at.y, high / 2 / picture.height, 1 - high / 2 / picture.height);
    pen.clearRect(0, 0, width, height);
    pen.drawImage(picture, at.x * picture.width - wide / 2, at.y * picture.height - high / 2, wide, high, 0, 0, width, height);
  };

  const dialog = make("dialog", "dialog crop stack");
  const title = make("h2", "", words.cropTitle);
  const help = make("p", "quiet small", words.cropHelp);
  const label = make("label", "field", words.cropSize);
  const range = Object.assign(make("input", ""), { type: "range", min: 1, max: FARTHEST, step: 0.01, value: 1 });
  const actions = make("div", "dialog-actions");
  const cancel = Object.assign(make("button", "button", words.cropCancel), { type: "button" });
  const use = Object.assign(make("button", "button button-main", words.cropUse), { type: "button" });
  title.id = "crop-title";
  dialog.setAttribute("aria-labelledby", title.id);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.cropShown);
  label.append(range);
  actions.append(cancel, use);
  dialog.append(title, canvas, help, label, actions);

  const zoom = (to) => {
    at.zoom = within(to, 1, FARTHEST);
    range.value = at.zoom;
    draw();
  };
  const move = (x, y) => {
    at.x += x / at.zoom;
    at.y += y / at.zoom;
    draw();
  };

  range.addEventListener("input", () => zoom(Number(range.value)));
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.key in moves) move(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(at.zoom + 0.1);
    else if (event.key === "-") zoom(at.zoom - 0.1);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    const by = width / canvas.clientWidth / (least * at.zoom);
    at.x -= (event.movementX * by) / picture.width;
    at.y -= (event.movementY * by) / picture.height;
    draw();
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(at.zoom - event.deltaY / 500);
  });

  return new Promise((resolve) => {
    let chosen = null;
    cancel.addEventListener("click", () => dialog.close());
    use.addEventListener("click", () => {
      chosen = canvas;
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(chosen);
    });
    document.body.append(dialog);
    draw();
    dialog.showModal();
    canvas.focus();
  });
}
