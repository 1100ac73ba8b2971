const { BOOKING, change, output } = require("../lib/change");

async function perform(z, bundle) {
  const { start, reason } = bundle.inputData;
  const isThere = (now) => new Date(now.start).getTime() === new Date(start).getTime();
  return change(z, bundle, "move", reason ? { start, reason } : { start }, isThere);
}

module.exports = {
  key: "move_booking",
  noun: "Booking",
  display: {
    label: "Reschedule Booking",
    description: "Moves a meeting to another free time. It stays the same booking, with its link and invitation.",
  },
  operation: {
    perform,
    inputFields: [
      BOOKING,
      { key: "start", label: "New start", type: "datetime", required: true, helpText: "A time that the page offers." },
      { key: "reason", label: "Reason", type: "text", helpText: "The guest reads it." },
    ],
    ...output,
  },
};
