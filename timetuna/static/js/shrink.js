// A picture that was chosen is made as small as it is needed [data-fit="WIDTHxHEIGHT"] before it is sent: what a phone
// takes is far more than the server accepts. What cannot be read is sent as it is, and refused there in words.
const MOST = 190_000;

const shrunk = async (file, most) => {
  const picture = await createImageBitmap(file);
  const by = Math.min(1, most[0] / picture.width, most[1] / picture.height);
  if (by === 1 && file.size <= MOST) return null;
  const canvas = new OffscreenCanvas(Math.max(1, picture.width * by), Math.max(1, picture.height * by));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const quality of [0.85, 0.7, 0.55, 0.4]) {
    const blob = await canvas.convertToBlob({ type: "image/webp", quality });
    if (blob.size <= MOST) return new File([blob], file.name, { type: blob.type });
  }
  return null;
};

document.addEventListener("change", async (event) => {
  const { files, dataset } = event.target;
  if (!files?.length || !dataset.fit) return;
  const small = await shrunk(files[0], dataset.fit.split("x").map(Number)).catch(() => null);
  if (!small || event.target.files[0] !== files[0]) return;
  const given = new DataTransfer();
  given.items.add(small);
  event.target.files = given.files;
});

// Videos [data-most="BYTES"] are sent as they are; one that is too large is not sent for minutes to be refused then.
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.most) return;
  const heavy = target.files[0]?.size > Number(target.dataset.most);
  const note = target.parentElement.querySelector("[data-heavy]") ?? document.createElement("p");
  note.dataset.heavy = "";
  note.className = "errorlist";
  note.role = "alert";
  note.textContent = heavy ? "This video is larger than 8 MB. Please choose a shorter or smaller one." : "";
  target.after(note);
  if (heavy) target.value = "";
});
