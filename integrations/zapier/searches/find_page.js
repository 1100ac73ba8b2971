const { all } = require("../lib/http");

async function perform(z, bundle) {
  const wanted = bundle.inputData.title.trim().toLowerCase();
  const pages = await all(z, bundle, "/pages");
  const told = pages.map((one) => ({ ...one, minutes: one.durations.map((length) => length.minutes).join(", ") }));
  const found = told.filter((one) => one.title.toLowerCase().includes(wanted) || one.slug === wanted || one.id === bundle.inputData.title);
  // The best first: Zapier takes that one.
  const rank = (one) => Number(one.title.toLowerCase() !== wanted) + Number(!one.bookable);
  return found.sort((one, other) => rank(one) - rank(other));
}

module.exports = {
  key: "find_page",
  noun: "Booking Page",
  display: { label: "Find Booking Page", description: "Finds one of your booking pages by its title." },
  operation: {
    perform,
    inputFields: [{ key: "title", label: "Title", required: true, helpText: "A part of it is enough." }],
    sample: { id: "pg_example", title: "Intro call", slug: "intro", url: "https://timetuna.example/robin/intro", bookable: true, minutes: "30" },
    outputFields: [
      { key: "id", label: "Booking page" },
      { key: "title", label: "Title" },
      { key: "url", label: "Public address" },
      { key: "bookable", label: "Can be booked", type: "boolean" },
      { key: "minutes", label: "Lengths in minutes" },
    ],
  },
};
