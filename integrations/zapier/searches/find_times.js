const { call } = require("../lib/http");

const DAY = 24 * 60 * 60 * 1000;
const MOST_DAYS = 31;

function span(z, { from, days }) {
  const begin = from ? new Date(from) : new Date();
  const many = Number(days || 14);
  if (Number.isNaN(begin.getTime()) || !(many >= 1 && many <= MOST_DAYS)) {
    throw new z.errors.Error("Give a first moment, and a number of days from 1 to 31.", "span", 422);
  }
  return { start: begin.toISOString(), end: new Date(begin.getTime() + many * DAY).toISOString() };
}

async function perform(z, bundle) {
  const { page, duration, time_zone } = bundle.inputData;
  const params = {
    ...span(z, bundle.inputData),
    ...(duration ? { duration } : {}),
    ...(time_zone ? { zone: time_zone } : {}),
  };
  const found = await call(z, bundle, "GET", `/pages/${encodeURIComponent(page)}/times`, { params });
  return found.data.map((one) => ({
    id: one.start,
    start: one.start,
    start_local: one.local_start,
    duration: found.duration,
    time_zone: found.time_zone,
    page: found.page,
  }));
}

module.exports = {
  key: "find_times",
  noun: "Free Time",
  display: { label: "Find Free Times", description: "Finds the free times of one of your pages, the earliest first." },
  operation: {
    perform,
    inputFields: [
      { key: "page", label: "Booking page", required: true, dynamic: "page_list.id.label" },
      { key: "from", label: "From", type: "datetime", helpText: "Left empty, from now on." },
      { key: "days", label: "Days", type: "integer", default: "14", helpText: "31 at most." },
      { key: "duration", label: "Length", type: "integer", dynamic: "length_list.id.label", helpText: "Needed where the page has several." },
      { key: "time_zone", label: "Time zone", helpText: "In which “Start, local” is told; left empty, the page’s." },
    ],
    sample: {
      id: "2027-01-11T09:00:00Z",
      start: "2027-01-11T09:00:00Z",
      start_local: "2027-01-11T10:00:00+01:00",
      duration: 30,
      time_zone: "Europe/Berlin",
      page: "pg_example",
    },
    outputFields: [
      { key: "start", label: "Start (UTC)", type: "datetime" },
      { key: "start_local", label: "Start, local" },
      { key: "duration", label: "Minutes", type: "integer" },
      { key: "time_zone", label: "Time zone" },
      { key: "page", label: "Booking page" },
    ],
  },
};
