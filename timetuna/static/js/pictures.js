// A picture that was chosen or dropped [data-fit="WIDTHxHEIGHT"] is cut [data-crop], made as small as it is needed, and shown
// before it is sent: what a phone takes is far more than the server accepts. What cannot be read is sent as it is, and
// refused there in words.
import { crop } from "./crop.js";

const MOST = 190_000;
const done = new WeakSet();

async function small(source, [width, height], { whole, name }) {
  const by = Math.min(1, width / source.width, height / source.height);
  if (whole && by === 1 && whole.size <= MOST) return whole;
  const canvas = new OffscreenCanvas(Math.max(1, source.width * by), Math.max(1, source.height * by));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.85, 0.7, 0.55, 0.4]) {
    const blob = await canvas.convertToBlob({ type: "image/webp", quality });
    if (blob.size <= MOST) return new File([blob], name, { type: blob.type });
  }
  return whole;
}

// Returns what is to be sent; null where its host has thought better of it.
async function prepared(input, file) {
  const fit = input.dataset.fit.split("x").map(Number);
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return file;
  }
  if (!("crop" in input.dataset)) return small(picture, fit, { whole: file, name: file.name });
  const part = await crop(picture, fit, input.closest("[data-picture]").dataset);
  return part && small(part, fit, { name: file.name });
}

// Without a file: what is stored.
function show(input, file) {
  const picture = input.closest("[data-picture]")?.querySelector("[data-picture-now]");
  if (!picture) return;
  picture.dataset.stored ??= picture.getAttribute("src") ?? "";
  if (!file) {
    picture.src = picture.dataset.stored;
    picture.hidden = !picture.dataset.stored;
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    picture.src = reader.result;
    picture.hidden = false;
  });
  reader.readAsDataURL(file);
}

async function take(input, file) {
  const ready = await prepared(input, file);
  const given = new DataTransfer();
  if (ready) given.items.add(ready);
  input.files = given.files;
  show(input, ready);
  for (const kind of ["input", "change"]) {
    const event = new Event(kind, { bubbles: true });
    done.add(event);
    input.dispatchEvent(event);
  }
  input.focus();
}

// Nobody else hears of a picture before it is ready.
for (const kind of ["input", "change"])
  addEventListener(
    kind,
    (event) => {
      const { target } = event;
      if (done.has(event) || !target.dataset?.fit) return;
      if (!target.files.length) return show(target, null);
      event.stopImmediatePropagation();
      if (kind === "change") take(target, target.files[0]);
    },
    true,
  );

for (const area of document.querySelectorAll("[data-picture]")) {
  const over = (is) => (event) => {
    event.preventDefault();
    area.toggleAttribute("data-over", is);
  };
  area.addEventListener("dragover", over(true));
  area.addEventListener("dragleave", over(false));
  area.addEventListener("drop", (event) => {
    over(false)(event);
    const [file] = event.dataTransfer.files;
    const input = area.querySelector("input[type=file]:not(:disabled)");
    if (file?.type.startsWith("image/") && input) take(input, file);
  });
}

// Videos [data-most="BYTES", data-too-large="…"] are sent as they are; one that is too large is not sent for minutes to be refused then.
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.most) return;
  const heavy = target.files[0]?.size > Number(target.dataset.most);
  const note = target.parentElement.querySelector("[data-heavy]") ?? document.createElement("p");
  note.dataset.heavy = "";
  note.className = "errorlist";
  note.role = "alert";
  note.textContent = heavy ? target.dataset.tooLarge : "";
  target.after(note);
  if (heavy) target.value = "";
});
