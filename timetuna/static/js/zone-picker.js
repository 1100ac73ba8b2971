// <select data-zone-select> becomes a field to search in, by city, continent or distance to UTC. The select stays,
// hidden: it is what the form sends, and its change event is what the page listens to. Its [data-zones-label] names
// the list, and [data-zones-none] is said when nothing is found.
const select = document.querySelector("select[data-zone-select]");
const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const plain = (text) => " " + text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[/_,\s]+/g, " ");
const shown = () => select.selectedOptions[0]?.text ?? "";

if (select) {
  const input = make("input", {
    id: select.id,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": "zones",
    "aria-expanded": "false",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  });
  const list = make("ul", { id: "zones", class: "timezone-list", role: "listbox", "aria-label": select.dataset.zonesLabel });
  const none = make("p", { class: "timezone-none", role: "status" });
  let options = [];
  let active = null;

  const fill = () => {
    options = [...select.querySelectorAll("optgroup option")].map((option, number) => {
      const [place, offset = ""] = option.text.split(", ");
      const area = option.parentElement.label;
      const small = make("small", {}, offset && `${area}, ${offset}`);
      const row = make("li", { id: `zone-${number}`, role: "option", "data-zone": option.value }, place, small);
      return { row, text: plain(`${area} ${place} ${offset} ${option.value}`) };
    });
    list.append(...options.map((option) => option.row));
  };
  const mark = (row) => {
    active?.removeAttribute("aria-selected");
    active = row ?? null;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const open = (typed = "") => {
    if (!options.length) fill();
    const words = plain(typed).split(" ").filter(Boolean);
    for (const { row, text } of options) row.hidden = !words.every((word) => text.includes(" " + word));
    const found = options.filter(({ row }) => !row.hidden);
    list.hidden = !found.length;
    none.textContent = found.length ? "" : select.dataset.zonesNone;
    input.setAttribute("aria-expanded", String(Boolean(found.length)));
    const current = found.find(({ row }) => row.dataset.zone === select.value);
    mark((words.length ? found[0] : current)?.row);
  };
  const close = () => {
    list.hidden = true;
    none.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.value = shown();
    mark(null);
  };
  const choose = (row) => {
    const changed = row.dataset.zone !== select.value;
    select.value = row.dataset.zone;
    close();
    if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const step = (by) => {
    const rows = options.map(({ row }) => row).filter((row) => !row.hidden);
    mark(rows[(rows.indexOf(active) + by + rows.length) % rows.length]);
  };

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open());
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (list.hidden) open();
      else step(key === "ArrowDown" ? 1 : -1);
    } else if (key === "Enter" && active) choose(active);
    else if (key === "Escape" && !list.hidden) close();
    else if (key !== "Enter") return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) choose(row);
  });

  select.removeAttribute("id");
  select.hidden = true;
  select.after(make("div", { class: "timezone-picker" }, input, list, none));
  close();
}
