const { BOOKING, change, output } = require("../lib/change");

const perform = (z, bundle) =>
  change(z, bundle, "cancel", bundle.inputData.reason ? { reason: bundle.inputData.reason } : {}, (now) =>
    now.status.startsWith("cancelled"),
  );

module.exports = {
  key: "cancel_booking",
  noun: "Cancellation",
  display: { label: "Cancel Booking", description: "Cancels a meeting; its guest is told by mail." },
  operation: {
    perform,
    inputFields: [BOOKING, { key: "reason", label: "Reason", type: "text", helpText: "The guest reads it." }],
    ...output,
    sample: { ...output.sample, status: "cancelled_by_host" },
  },
};
