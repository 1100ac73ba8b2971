// Done once however often Zapier runs a step: it repeats steps that failed on the way, and tells no app the id of a run.

const { createHash } = require("node:crypto");
const { call, serverOf } = require("./http");

const OFF = new Set(["cancelled_by_guest", "cancelled_by_host", "declined", "lapsed", "withdrawn"]);
const MOST_REPEATS = 20;

/** An Idempotency-Key: the same for the same step with the same values. */
function keyOf(bundle, ...parts) {
  const zap = (bundle.meta && bundle.meta.zap && bundle.meta.zap.id) || "";
  const text = JSON.stringify([zap, ...parts]);
  return `zapier-${createHash("sha256").update(text).digest("hex").slice(0, 40)}`;
}

/**
 * Sends a booking. The same wish again gets the booking that it made, unless that is off meanwhile: then it is a new wish.
 * once: what the Zap's owner has mapped to tell one run from another.
 */
async function bookOnce(z, bundle, wish, once) {
  let after = "";
  for (let repeat = 0; repeat < MOST_REPEATS; repeat += 1) {
    const response = await z.request({
      url: `${serverOf(z, bundle)}/api/v1/bookings`,
      method: "POST",
      body: wish,
      headers: { "Idempotency-Key": once ? keyOf(bundle, "once", once) : keyOf(bundle, wish, after) },
    });
    const made = response.data;
    if (response.getHeader("idempotency-replayed") !== "true") {
      return made;
    }
    const now = await call(z, bundle, "GET", `/bookings/${made.id}`);
    if (once || !OFF.has(now.status)) {
      return now;
    }
    after = made.id;
  }
  throw new z.errors.Error("This was booked and cancelled too often. Map “Once for each” to tell one run from another.", "repeats");
}

module.exports = { bookOnce, keyOf };
