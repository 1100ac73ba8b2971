const { call } = require("../lib/http");
const { FIELDS, flat } = require("../lib/flat");
const { bookOnce } = require("../lib/once");

const ANSWER = "answer__";

/** A field for each question of the page. */
async function questions(z, bundle) {
  if (!bundle.inputData.page) {
    return [];
  }
  const page = await call(z, bundle, "GET", `/pages/${bundle.inputData.page}`);
  return page.questions.map((one) => ({
      key: `${ANSWER}${one.key}`,
      label: one.label,
      helpText: one.help || undefined,
      required: false,
      ...(one.kind === "many" ? { list: true } : {}),
      ...(one.kind === "yes" || one.kind === "consent" ? { type: "boolean" } : {}),
      ...(one.options.length ? { choices: Object.fromEntries(one.options.map(({ id, label }) => [id, label])) } : {}),
    }));
}

function answersOf(input) {
  const given = Object.entries(input).filter(([key, value]) => key.startsWith(ANSWER) && value !== "" && value != null);
  return Object.fromEntries(given.map(([key, value]) => [key.slice(ANSWER.length), value]));
}

const without = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ""));

async function perform(z, bundle) {
  const input = bundle.inputData;
  const answers = answersOf(input);
  const guests = [input.further_guests || []].flat().filter(Boolean);
  const wish = without({
    page: input.page,
    start: input.start,
    duration: input.duration ? Number(input.duration) : undefined,
    meeting_type: input.meeting_type,
    guest: without({
      name: input.guest_name,
      email: input.guest_email,
      phone: input.guest_phone,
      time_zone: input.guest_time_zone,
      language: input.guest_language,
      notes: input.guest_notes,
    }),
    guests: guests.length ? guests.map((email) => ({ email })) : undefined,
    answers: Object.keys(answers).length ? answers : undefined,
    source: "zapier",
  });
  return flat(await bookOnce(z, bundle, wish, input.once));
}

module.exports = {
  key: "create_booking",
  noun: "Booking",
  display: {
    label: "Create Booking",
    description: "Books a free time of one of your pages for a guest, who gets the usual mails.",
  },
  operation: {
    perform,
    inputFields: [
      { key: "page", label: "Booking page", required: true, dynamic: "page_list.id.label", altersDynamicFields: true },
      {
        key: "start",
        label: "Start",
        type: "datetime",
        required: true,
        helpText: "A time that the page offers: “Find Free Times” has them.",
      },
      { key: "duration", label: "Length", type: "integer", dynamic: "length_list.id.label", helpText: "Needed where the page has several." },
      { key: "meeting_type", label: "Way to meet", dynamic: "way_list.id.label", helpText: "Needed where the page has several." },
      { key: "guest_name", label: "Guest’s name", required: true },
      { key: "guest_email", label: "Guest’s email", required: true },
      { key: "guest_phone", label: "Guest’s phone", helpText: "With the country’s code, such as +1 212 555 0123." },
      { key: "guest_time_zone", label: "Guest’s time zone", helpText: "Such as Europe/Berlin; left empty, the page’s." },
      { key: "guest_language", label: "Guest’s language", helpText: "Of the mails, such as en or de." },
      { key: "guest_notes", label: "Guest’s notes", type: "text" },
      { key: "further_guests", label: "Emails of others who come", list: true },
      {
        key: "once",
        label: "Once for each",
        helpText: "What tells one run from another, such as an order’s number: it is booked once for each. Left empty, the same values are one wish.",
      },
      questions,
    ],
    sample: {
      id: "bk_example",
      title: "Intro call",
      status: "confirmed",
      start: "2027-01-11T09:00:00Z",
      start_local: "2027-01-11T10:00:00+01:00",
      guest_name: "Sam Example",
      guest_email: "sam@example.org",
      join_url: "https://meet.timetuna.example/room",
    },
    outputFields: [{ key: "id", label: "Booking" }, ...FIELDS.filter((one) => one.key !== "booking_id")],
  },
};
