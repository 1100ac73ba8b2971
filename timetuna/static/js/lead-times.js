// A line like "24 h, 1 h" as chips [data-lead-times="what is offered"]: one press takes away or adds. What is sent is the line.
// What it says, and what each unit means [data-units], comes with the page.
const split = (text) => text.split(/[,;]/).map((one) => one.trim()).filter(Boolean);
const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

for (const area of document.querySelectorAll("[data-lead-times]")) {
  const line = area.querySelector("input");
  if (line.matches(":disabled, [aria-invalid=true]")) continue;
  const { when, most, leadTimes } = area.dataset;
  const units = JSON.parse(area.dataset.units);
  const minutes = (text) => {
    const [, number, unit] = text.trim().toLowerCase().match(/^(\d{1,5})\s*(\p{Letter}*)\.?$/u) ?? [];
    return number ? Number(number) * units[unit] || 0 : 0;
  };
  const words = area.querySelector("label").firstChild.textContent.trim();
  const chips = make("div", "chips");
  const other = make("input", "");
  chips.setAttribute("role", "group");
  chips.setAttribute("aria-label", words);
  Object.assign(other, { placeholder: area.dataset.example, maxLength: 20 });
  other.setAttribute("aria-label", `${words}: ${area.dataset.other}`);
  line.hidden = true;
  line.after(chips);

  const write = (parts, focus) => {
    line.value = parts.sort((a, b) => minutes(b) - minutes(a)).join(", ");
    line.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
    (focus === undefined ? other : (chips.querySelectorAll("button")[focus] ?? other)).focus();
  };

  const take = (part) => {
    const kept = Number(most) === 1 ? [] : split(line.value);
    if (!minutes(part) || minutes(part) > 40320 || kept.length >= Number(most)) return other.focus();
    write(kept.some((one) => minutes(one) === minutes(part)) ? kept : [...kept, part]);
  };

  const draw = () => {
    const parts = split(line.value);
    const there = parts.map((part, place) => {
      const chip = make("button", "chip chip-there", `${part} ${when}`);
      chip.type = "button";
      chip.setAttribute("aria-label", `${area.dataset.remove}: ${part} ${when}`);
      chip.append(make("span", "", "×"));
      chip.lastChild.setAttribute("aria-hidden", "true");
      chip.addEventListener("click", () => write(parts.filter((one) => one !== part), place));
      return chip;
    });
    const full = Number(most) > 1 && parts.length >= Number(most);
    const offers = full ? [] : split(leadTimes).filter((one) => !parts.some((part) => minutes(part) === minutes(one)));
    const more = offers.map((one) => {
      const chip = make("button", "chip chip-offer", `+ ${one}`);
      chip.type = "button";
      chip.setAttribute("aria-label", `${area.dataset.add}: ${one} ${when}`);
      chip.addEventListener("click", () => take(one));
      return chip;
    });
    const typed = make("span", "chips-add");
    typed.append(other);
    chips.replaceChildren(...there, ...more, ...(full ? [] : [typed]));
  };

  other.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const part = other.value.trim();
    if (minutes(part)) other.value = "";
    take(part);
  });
  other.addEventListener("change", () => {
    const part = other.value.trim();
    if (!minutes(part)) return;
    other.value = "";
    take(part);
  });
  draw();
}
