// Repeated rows (durations, hours) made from a <template>, with or without a Django formset around them.
// [data-rows] holds [data-rows-list], a <template data-rows-template>, [data-rows-add], and maybe -TOTAL_FORMS.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows-add], [data-rows-remove]");
  const area = button?.closest("[data-rows]");
  if (!area) return;
  event.preventDefault();
  if (button.matches("[data-rows-add]")) add(area);
  else remove(area, button.closest("[data-row]"));
  area.dispatchEvent(new Event("rows:change", { bubbles: true }));
});

function add(area) {
  const total = area.querySelector("input[name$=-TOTAL_FORMS]");
  const holder = document.createElement("template");
  const text = area.querySelector("template[data-rows-template]").innerHTML;
  holder.innerHTML = text.replaceAll("__prefix__", total ? total.value : String(Date.now()));
  const row = holder.content.firstElementChild;
  area.querySelector("[data-rows-list]").append(row);
  if (total) total.value = Number(total.value) + 1;
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

function remove(area, row) {
  const flag = row.querySelector("input[name$=-DELETE]");
  // A formset counts its rows, so one of its rows is marked and hidden instead of taken out.
  if (flag) {
    flag.checked = true;
    flag.value = "on";
    row.hidden = true;
  } else row.remove();
  area.querySelector("[data-rows-add]")?.focus();
}
