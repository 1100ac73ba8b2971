// What cancels and moves a booking have in common: which one, read first, and done once for its state.

const { call } = require("./http");
const { FIELDS, flat } = require("./flat");
const { keyOf } = require("./once");

const BOOKING = {
  key: "booking",
  label: "Booking",
  required: true,
  dynamic: "booking_list.id.label",
  helpText: "Map “Booking” of a trigger or of Create Booking, or choose one to come.",
};

/** verb: the last part of its address. A repeat after it was done finds another revision, and does no harm. */
async function change(z, bundle, verb, body, isDone) {
  const path = `/bookings/${encodeURIComponent(bundle.inputData.booking)}`;
  const now = await call(z, bundle, "GET", path);
  if (isDone(now)) {
    return flat(now);
  }
  const headers = { "Idempotency-Key": keyOf(bundle, verb, now.id, now.revision, body) };
  return flat(await call(z, bundle, "POST", `${path}/${verb}`, { body, headers }));
}

const output = {
  sample: { id: "bk_example", title: "Intro call", status: "confirmed", start: "2027-01-12T09:00:00Z", guest_email: "sam@example.org" },
  outputFields: [{ key: "id", label: "Booking" }, ...FIELDS.filter((one) => one.key !== "booking_id")],
};

module.exports = { BOOKING, change, output };
