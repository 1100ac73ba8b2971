// TimeTuna in Zapier. docs/automation.md says how an operator registers and pushes it.

const { withKey, withOAuth } = require("./authentication");
const { authorized, refused } = require("./lib/http");
const { version } = require("./package.json");

const byKey = (...parts) => Object.fromEntries(parts.map((part) => [part.key, part]));

module.exports = {
  version,
  platformVersion: require("zapier-platform-core").version,
  // With the id of an OAuth app of the server the Zap's owner presses Allow; without one they paste an API key.
  authentication: process.env.CLIENT_ID ? withOAuth : withKey,
  beforeRequest: [authorized],
  afterResponse: [refused],
  triggers: byKey(...require("./triggers/bookings"), ...require("./triggers/lists")),
  creates: byKey(require("./creates/create_booking"), require("./creates/cancel_booking"), require("./creates/move_booking")),
  searches: byKey(require("./searches/find_page"), require("./searches/find_times")),
};
