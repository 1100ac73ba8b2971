// An app by oauth4webapi, which holds a server strictly to the RFCs: finds it, registers, is allowed, renews, ends.
// Over pipes: prints the address to lead a host to, reads the address that they came back to, prints what it found.

import { createInterface } from "node:readline/promises";
import { pathToFileURL } from "node:url";

const oauth = await import(pathToFileURL(`${process.env.PACKAGES}/oauth4webapi/build/index.js`));
const plain = { [oauth.allowInsecureRequests]: true };
const base = new URL(process.argv[2]);
const callback = "http://127.0.0.1:53172/callback";
const say = (line) => console.log(JSON.stringify(line));

const mcp = new URL("/mcp", base);
const refused = await fetch(mcp, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
const about = refused.headers.get("www-authenticate").match(/resource_metadata="([^"]+)"/)[1];
const resource = await oauth.processResourceDiscoveryResponse(mcp, await fetch(about));
const issuer = new URL(resource.authorization_servers[0]);
const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...plain });
const server = await oauth.processDiscoveryResponse(issuer, found);

const wanted = { client_name: "Strict", redirect_uris: [callback], token_endpoint_auth_method: "client_secret_post" };
const registered = await oauth.dynamicClientRegistrationRequest(server, wanted, plain);
const client = await oauth.processDynamicClientRegistrationResponse(registered);
const secret = oauth.ClientSecretPost(client.client_secret);

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const address = new URL(server.authorization_endpoint);
const asked = {
  client_id: client.client_id,
  redirect_uri: callback,
  response_type: "code",
  scope: "bookings",
  state,
  resource: resource.resource,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
};
for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
say({ address: address.href });

const lines = createInterface({ input: process.stdin });
const { value: back } = await lines[Symbol.asyncIterator]().next();
lines.close();
const answer = oauth.validateAuthResponse(server, client, new URL(back), state);
const coded = await oauth.authorizationCodeGrantRequest(server, client, secret, answer, callback, verifier, plain);
const first = await oauth.processAuthorizationCodeResponse(server, client, coded);
const renewed = await oauth.refreshTokenGrantRequest(server, client, secret, first.refresh_token, plain);
const second = await oauth.processRefreshTokenResponse(server, client, renewed);

const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
const headers = new Headers({ "content-type": "application/json" });
const asks = (token) => oauth.protectedResourceRequest(token, "POST", mcp, headers, ping, plain);
const opened = (await asks(second.access_token)).status;
const ended = await oauth.revocationRequest(server, client, secret, second.refresh_token, plain);
await oauth.processRevocationResponse(ended);
const error = await asks(second.access_token).catch((one) => one);
say({ scope: second.scope, renewed: second.refresh_token !== first.refresh_token, opened, shut: error.status });
