// What dropdowns offer; hidden from the list of triggers.

const { all, call } = require("../lib/http");

const hidden = (key, noun, perform, inputFields = []) => ({
  key,
  noun,
  display: { label: `List of ${noun}s`, description: `Fills the dropdown of ${noun}s.`, hidden: true },
  operation: { type: "polling", perform, inputFields, sample: { id: "1", label: noun } },
});
const ofPage = [{ key: "page", required: false }];

async function page(z, bundle) {
  return bundle.inputData.page ? call(z, bundle, "GET", `/pages/${bundle.inputData.page}`) : null;
}

module.exports = [
  hidden("page_list", "Booking Page", async (z, bundle) =>
    (await all(z, bundle, "/pages")).map((one) => ({ id: one.id, label: one.bookable ? one.title : `${one.title} (off)` })),
  ),
  hidden(
    "length_list",
    "Length",
    async (z, bundle) =>
      ((await page(z, bundle)) || { durations: [] }).durations.map((one) => ({
        id: one.minutes,
        label: one.title ? `${one.title}, ${one.minutes} minutes` : `${one.minutes} minutes`,
      })),
    ofPage,
  ),
  hidden(
    "way_list",
    "Way to Meet",
    async (z, bundle) =>
      ((await page(z, bundle)) || { meeting_types: [] }).meeting_types.map((one) => ({ id: one.kind, label: one.label })),
    ofPage,
  ),
  hidden("booking_list", "Booking", async (z, bundle) => {
    const params = { status: "active", start_from: new Date().toISOString(), order: "start" };
    const rows = await all(z, bundle, "/bookings", params, 100);
    return rows.map((one) => ({ id: one.id, label: `${one.local_start.slice(0, 16).replace("T", " ")} ${one.guest.name}: ${one.title}` }));
  }),
];
