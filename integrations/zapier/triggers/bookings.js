// What starts a Zap: TimeTuna tells Zapier at once, by a webhook that exists as long as the Zap is on.

const { call } = require("../lib/http");
const { FIELDS, flatEvent } = require("../lib/flat");

const SAMPLES = 3;

/** Zapier writes "Http-" before the names of headers. */
function header(request, name) {
  const wanted = name.toLowerCase();
  const found = Object.entries((request && request.headers) || {}).find(
    ([key]) => key.toLowerCase().replace(/^http-/, "") === wanted,
  );
  return found ? found[1] : undefined;
}

const isWanted = (bundle, event) => !bundle.inputData.page || event.page_id === bundle.inputData.page;

const performSubscribe = (events) => (z, bundle) =>
  call(z, bundle, "POST", "/webhooks", { body: { url: bundle.targetUrl, events, source: "zapier" } });

/** One that is gone already was removed in TimeTuna: nothing is left to be done. */
async function performUnsubscribe(z, bundle) {
  try {
    return await call(z, bundle, "DELETE", `/webhooks/${bundle.subscribeData.id}`);
  } catch (error) {
    if (JSON.parse(error.message).code === "not-found") {
      return {};
    }
    throw error;
  }
}

function perform(z, bundle) {
  const told = bundle.cleanedRequest;
  const id = header(bundle.rawRequest, "webhook-id") || `${told.type}-${told.data.id}-${told.data.revision}`;
  const event = flatEvent({ ...told, id });
  return isWanted(bundle, event) ? [event] : [];
}

/** The latest events; where there is none yet, an example that says so. */
const performList = (events) => async (z, bundle) => {
  const lists = await Promise.all(
    events.map((type) => call(z, bundle, "GET", "/events", { params: { type, limit: SAMPLES } })),
  );
  const told = lists.flatMap((one) => one.data);
  const real = told.filter((one) => !one.example).map(flatEvent).filter((one) => isWanted(bundle, one));
  real.sort((one, other) => (one.happened_at < other.happened_at ? 1 : -1));
  if (real.length) {
    return real.slice(0, SAMPLES);
  }
  const example = told.find((one) => one.example);
  return example ? [flatEvent(example)] : [];
};

function trigger({ key, noun, label, description, events, more = [], sample = {} }) {
  return {
    key,
    noun,
    display: { label, description },
    operation: {
      type: "hook",
      inputFields: [
        {
          key: "page",
          label: "Booking page",
          helpText: "Leave it empty for all of your pages.",
          dynamic: "page_list.id.label",
          required: false,
        },
      ],
      performSubscribe: performSubscribe(events),
      performUnsubscribe,
      perform,
      performList: performList(events),
      sample: { ...SAMPLE, type: events[0], id: `evt_example_${key}`, ...sample },
      outputFields: [{ key: "id", label: "Event" }, { key: "happened_at", label: "When it happened", type: "datetime" }, ...FIELDS, ...more],
    },
  };
}

const SAMPLE = {
  example: true,
  happened_at: "2027-01-08T09:00:00Z",
  booking_id: "bk_example",
  title: "Intro call",
  status: "confirmed",
  start: "2027-01-11T09:00:00Z",
  start_local: "2027-01-11T10:00:00+01:00",
  end: "2027-01-11T09:30:00Z",
  duration: 30,
  time_zone: "Europe/Berlin",
  guest_name: "Sam Example",
  guest_email: "sam@example.org",
  host_name: "Robin Example",
  host_email: "robin@timetuna.example",
  page_title: "Intro call",
  join_url: "https://meet.timetuna.example/room",
};

module.exports = [
  trigger({
    key: "new_booking",
    noun: "Booking",
    label: "New Booking",
    description: "Triggers when a meeting is booked, or a request for one is confirmed.",
    events: ["booking.created", "booking.approved"],
  }),
  trigger({
    key: "cancelled_booking",
    noun: "Cancellation",
    label: "Cancelled Booking",
    description: "Triggers when a meeting is cancelled, by its guest or its host.",
    events: ["booking.cancelled"],
    more: [
      { key: "cancelled_by", label: "Cancelled by" },
      { key: "cancellation_reason", label: "Reason" },
    ],
    sample: { status: "cancelled_by_guest", join_url: "", cancelled_by: "guest", cancellation_reason: "" },
  }),
  trigger({
    key: "moved_booking",
    noun: "Rescheduling",
    label: "Rescheduled Booking",
    description: "Triggers when a meeting is moved to another time. It stays the same booking.",
    events: ["booking.moved"],
    more: [{ key: "previous_start", label: "Start before (UTC)", type: "datetime" }],
    sample: { previous_start: "2027-01-10T09:00:00Z" },
  }),
];
