// A booking as Zaps map it: its main fields flat, and beside them everything as the API tells it.

const textOf = (answers) => (answers || []).map((one) => `${one.label}: ${one.text}`).join("\n");

function flat(booking) {
  const { page, guest, hosts, cancellation, previous } = booking;
  const host = (hosts || []).find((one) => one.organizer) || (hosts || [])[0] || {};
  return {
    ...booking,
    start_local: booking.start_local || booking.local_start,
    guest_name: guest ? guest.name : undefined,
    guest_email: guest ? guest.email : undefined,
    guest_phone: guest ? guest.phone : undefined,
    guest_time_zone: guest ? guest.time_zone : undefined,
    guest_notes: guest ? guest.notes : undefined,
    host_name: host.name,
    host_email: host.email,
    page_id: page ? page.id : undefined,
    page_title: page ? page.title : undefined,
    answers_text: textOf(booking.answers),
    cancelled_by: cancellation ? cancellation.by : undefined,
    cancellation_reason: cancellation ? cancellation.reason : undefined,
    previous_start: previous ? previous.start : undefined,
    booking_id: booking.id,
  };
}

/** An event: its own id, which never comes twice, with the booking beside it. */
function flatEvent(event) {
  const { id, type, timestamp, data, example } = event;
  return { ...flat(data), id, type, happened_at: timestamp, ...(example ? { example } : {}) };
}

const FIELDS = [
  { key: "booking_id", label: "Booking" },
  { key: "title", label: "Title" },
  { key: "status", label: "Status" },
  { key: "start", label: "Start (UTC)", type: "datetime" },
  { key: "start_local", label: "Start by the host’s clock" },
  { key: "end", label: "End (UTC)", type: "datetime" },
  { key: "duration", label: "Minutes", type: "integer" },
  { key: "time_zone", label: "The host’s time zone" },
  { key: "guest_name", label: "Guest’s name" },
  { key: "guest_email", label: "Guest’s email" },
  { key: "guest_phone", label: "Guest’s phone" },
  { key: "guest_time_zone", label: "Guest’s time zone" },
  { key: "guest_notes", label: "Guest’s notes" },
  { key: "answers_text", label: "Answers, a line each" },
  { key: "host_name", label: "Host’s name" },
  { key: "host_email", label: "Host’s email" },
  { key: "page_id", label: "Booking page" },
  { key: "page_title", label: "Title of the booking page" },
  { key: "meeting_type", label: "Way to meet" },
  { key: "location", label: "Place" },
  { key: "join_url", label: "Link to join" },
  { key: "passcode", label: "Passcode of the meeting" },
  { key: "url", label: "The booking in TimeTuna" },
  { key: "revision", label: "Revision", type: "integer" },
];

module.exports = { FIELDS, flat, flatEvent };
