// Fields [data-zones] list the time zones that the server finds for what is typed, each with its clock; before anything is
// typed the device's own and the usual ones. [data-zone] is the IANA name of the one chosen, [data-zones-label] names
// the list, [data-zones-none] is said when nothing is found. Choosing raises "zone" on the field. What else is typed goes
// when the field is left, but with [data-zones-keep], where the server understands it.
const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
const make = (tag, attributes) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};
const attached = new WeakSet();

const attach = (input) => {
  if (attached.has(input)) return;
  attached.add(input);
  const id = `${input.id}-zones`;
  const list = make("ul", { id, class: "timezone-list", role: "listbox", "aria-label": input.dataset.zonesLabel, hidden: "" });
  const none = make("p", { class: "timezone-none", role: "status" });
  input.after(list, none);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" }))
    input.setAttribute(name, value);
  input.setAttribute("aria-controls", id);
  let active = null;
  let asked = 0;
  let waiting;

  const mark = (row) => {
    active?.removeAttribute("aria-selected");
    active = row ?? null;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const ask = async (typed) => {
    const mine = ++asked;
    const { zones, zone = "", clock = "" } = input.dataset;
    const query = new URLSearchParams({ q: typed, device, zone, clock, speak: document.documentElement.lang });
    const answer = await fetch(`${zones}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const text = answer?.ok ? await answer.text() : "";
    if (mine !== asked || document.activeElement !== input) return;
    list.innerHTML = text;
    [...list.children].forEach((row, number) => {
      row.id = `${id}-${number}`;
    });
    list.hidden = !list.children.length;
    // Below the field; at the end of a guest's page the list stands above it [timezone.css].
    if (!input.closest(".timezone")) list.style.top = none.style.top = `${input.offsetTop + input.offsetHeight}px`;
    none.textContent = list.children.length ? "" : input.dataset.zonesNone;
    input.setAttribute("aria-expanded", String(!list.hidden));
    list.scrollTop = 0;
    mark(typed ? list.firstElementChild : null);
  };
  const close = () => {
    asked += 1;
    clearTimeout(waiting);
    list.hidden = true;
    none.textContent = "";
    input.setAttribute("aria-expanded", "false");
    mark(null);
  };
  const choose = (row) => {
    input.value = input.defaultValue = row.dataset.name;
    input.dataset.zone = row.dataset.zone;
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.dispatchEvent(new CustomEvent("zone", { bubbles: true, detail: row.dataset.zone }));
  };
  const step = (by) => {
    const rows = [...list.children];
    mark(rows[(rows.indexOf(active) + by + rows.length + (by < 0 && !active)) % rows.length]);
  };
  const open = () => {
    input.select();
    ask("");
  };

  input.addEventListener("click", () => list.hidden && open());
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120, input.value.trim());
  });
  input.addEventListener("blur", () => {
    if (input.dataset.zonesKeep === undefined) input.value = input.defaultValue;
    close();
  });
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (list.hidden) open();
      else step(key === "ArrowDown" ? 1 : -1);
    } else if (key === "Enter" && active) choose(active);
    else if (key === "Escape" && !list.hidden) close();
    else if (key !== "Enter" || input.dataset.zonesKeep !== undefined) return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (row) choose(row);
  });
  if (input.value !== input.defaultValue) ask(input.value.trim());
  else open();
};

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-zones]")) attach(event.target);
});
if (document.activeElement?.matches?.("[data-zones]")) attach(document.activeElement);
