// What a host has put behind a page comes once all else is there: the picture [data-backdrop], and over it the video
// [data-video]. On wide screens, and never where data, motion or colours are to be spared; the video can be stopped
// [data-pause, data-play], and stays so on the next page.
const { backdrop, video, pause, play } = document.querySelector("[data-backdrop],[data-video]")?.dataset ?? {};
const wide = matchMedia("(min-width: 44rem)");
const still = matchMedia("(prefers-reduced-motion: reduce), (prefers-reduced-data: reduce), (forced-colors: active)");
const STOPPED = "video-stopped";

const kept = (value) => {
  try {
    if (value !== undefined) sessionStorage.setItem(STOPPED, value);
    return sessionStorage.getItem(STOPPED);
  } catch {
    return "";
  }
};

const behind = (element) => {
  element.className = "backdrop";
  document.body.prepend(element);
};

const show = () => {
  if (!backdrop) return move();
  const picture = new Image();
  picture.alt = "";
  picture.onload = picture.onerror = move;
  picture.src = backdrop;
  behind(picture);
};

const move = () => {
  if (!video) return;
  const film = document.createElement("video");
  Object.assign(film, { muted: true, loop: true, playsInline: true, disablePictureInPicture: true, preload: "auto" });
  film.poster = backdrop ?? "";
  film.setAttribute("aria-hidden", "true");
  film.tabIndex = -1;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button backdrop-stop";
  const say = () => (button.textContent = film.paused ? play : pause);
  const go = () => film.play().catch(say);
  const leave = () => {
    film.remove();
    button.remove();
  };
  button.onclick = () => {
    kept(film.paused ? "" : "1");
    if (film.paused) go();
    else film.pause();
  };
  film.onplay = film.onpause = say;
  film.onerror = leave;
  still.onchange = leave;
  film.oncanplay = () => {
    film.oncanplay = null;
    const picture = document.querySelector("img.backdrop");
    behind(film);
    picture?.after(film);
    document.body.append(button);
    say();
    if (!kept()) go();
  };
  film.src = video;
};

if ((backdrop || video) && !navigator.connection?.saveData && wide.matches && !still.matches) {
  if (document.readyState === "complete") show();
  else addEventListener("load", show);
}
