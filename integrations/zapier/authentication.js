// Who asks: somebody who pressed Allow on their own server (OAuth 2.1, code and PKCE), or whoever has an API key of it.

const { call, origin } = require("./lib/http");

const SERVER = {
  key: "server",
  label: "Address of your TimeTuna",
  helpText: "Where you sign in, such as https://book.example.org.",
  type: "string",
  required: true,
  ...(process.env.TIMETUNA_URL ? { default: process.env.TIMETUNA_URL } : {}),
};
const SCOPE = "bookings";

const test = (z, bundle) => call(z, bundle, "GET", "/me");
const connectionLabel = "{{name}} ({{email}})";

const withKey = {
  type: "custom",
  fields: [
    SERVER,
    {
      key: "api_key",
      label: "API key",
      helpText: "Make one in Settings → Developers of your TimeTuna, with the right “bookings”.",
      type: "password",
      required: true,
    },
  ],
  test,
  connectionLabel,
};

/** Asks for tokens. Zapier itself adds code_challenge to the address before, and the verifier to the bundle. */
async function tokens(z, bundle, form) {
  const response = await z.request({
    url: `${origin(z, bundle.inputData.server || bundle.authData.server)}/oauth/token`,
    method: "POST",
    form: { client_id: process.env.CLIENT_ID, client_secret: process.env.CLIENT_SECRET, ...form },
  });
  const { access_token, refresh_token } = response.data;
  return { access_token, refresh_token };
}

const withOAuth = {
  type: "oauth2",
  fields: [SERVER],
  test,
  connectionLabel,
  oauth2Config: {
    enablePkce: true,
    scope: SCOPE,
    autoRefresh: true,
    authorizeUrl: (z, bundle) => {
      const asked = new URLSearchParams({
        response_type: "code",
        client_id: process.env.CLIENT_ID,
        redirect_uri: bundle.inputData.redirect_uri,
        state: bundle.inputData.state,
        scope: SCOPE,
      });
      return `${origin(z, bundle.inputData.server)}/oauth/authorize?${asked}`;
    },
    getAccessToken: (z, bundle) =>
      tokens(z, bundle, {
        grant_type: "authorization_code",
        code: bundle.inputData.code,
        redirect_uri: bundle.inputData.redirect_uri,
        code_verifier: bundle.inputData.code_verifier,
      }),
    refreshAccessToken: (z, bundle) =>
      tokens(z, bundle, { grant_type: "refresh_token", refresh_token: bundle.authData.refresh_token }),
  },
};

module.exports = { withKey, withOAuth };
