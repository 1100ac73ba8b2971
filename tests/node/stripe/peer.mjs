// Stripe's own library for Node, told over pipes what to do: one line of JSON in, one out. See sandbox/stripe/tests.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const Stripe = createRequire(`${process.env.PACKAGES}/`)("stripe");
const address = new URL(process.argv[2]);
const stripe = new Stripe(process.argv[3], {
  host: address.hostname,
  port: Number(address.port),
  protocol: "http",
  maxNetworkRetries: 0,
  telemetry: false,
  httpClient: Stripe.createFetchHttpClient((url, options) => {
    const to = new URL(url);
    to.pathname = `/stripe${to.pathname}`; // where the stand-in lives
    return fetch(to, options);
  }),
});

const doing = {
  call: ({ name, given }) => name.split(".").reduce((at, part) => at[part].bind?.(at) ?? at[part], stripe)(...given),
  sign: (wanted) => ({ header: stripe.webhooks.generateTestHeaderString(wanted) }),
  verify: ({ body, header, secret, at }) => stripe.webhooks.constructEvent(body, header, secret, 300, undefined, at * 1000),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, ...more } = JSON.parse(line);
  let told;
  try {
    told = { result: await doing[what](more) };
  } catch (error) {
    told = { refused: error.type ?? error.name, code: error.code ?? "", said: error.message };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
