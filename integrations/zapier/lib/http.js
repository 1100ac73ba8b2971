// Calls of the API: where the server is, who asks, and what a refusal says to the owner of a Zap.

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const TOO_MANY = 429;
const FIRST_REFUSAL = 400;

/** The origin that was typed in, cleaned. Throws a sentence for what is no address of a server. */
function origin(z, typed) {
  const text = String(typed || process.env.TIMETUNA_URL || "").trim();
  let url;
  try {
    url = new URL(text.includes("://") ? text : `https://${text}`);
  } catch {
    throw new z.errors.Error("Give the address of your TimeTuna, such as https://book.example.org.", "address", FIRST_REFUSAL);
  }
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOCAL.has(url.hostname));
  if (!isSafe || url.username || url.password || url.pathname !== "/" || url.search || url.hash) {
    throw new z.errors.Error(
      "The address of your TimeTuna begins with https:// and ends with its name, such as https://book.example.org.",
      "address",
      FIRST_REFUSAL,
    );
  }
  return url.origin;
}

const serverOf = (z, bundle) => origin(z, bundle.authData.server || bundle.inputData.server);

/** One call below /api/v1. more: params, body, headers. */
async function call(z, bundle, method, path, more = {}) {
  const response = await z.request({ url: `${serverOf(z, bundle)}/api/v1${path}`, method, ...more });
  return response.status === 204 ? {} : response.data;
}

/** All of a list, page by page, but no more than `most`. */
async function all(z, bundle, path, params = {}, most = 300) {
  const found = [];
  let cursor = "";
  do {
    const part = await call(z, bundle, "GET", path, { params: { ...params, limit: 100, ...(cursor ? { cursor } : {}) } });
    found.push(...part.data);
    cursor = part.next_cursor;
  } while (cursor && found.length < most);
  return found.slice(0, most);
}

function authorized(request, z, bundle) {
  const token = bundle.authData.access_token || bundle.authData.api_key;
  const isOurs = token && request.url.startsWith(`${serverOf(z, bundle)}/api/v1/`);
  if (isOurs && !request.headers.Authorization) {
    request.headers.Authorization = `Bearer ${token}`;
  }
  return request;
}

/** What a problem says to people: its sentence, and those about single fields that it does not repeat. */
function sentenceOf(problem) {
  const detail = problem.detail || problem.error_description || problem.title || "";
  const more = (problem.errors || []).map((one) => one.detail).filter((one) => one && !detail.includes(one));
  const reasons = (problem.reasons || []).map((one) => one.detail).filter((one) => one && !detail.includes(one));
  return [detail, ...new Set([...more, ...reasons])].filter(Boolean).join(" ");
}

/** Refusals become the errors that Zapier knows: sign in again, wait, or show a sentence. */
function refused(response, z, bundle) {
  if (response.status < FIRST_REFUSAL || response.request.skipThrowForStatus) {
    return response;
  }
  let problem = {};
  try {
    problem = JSON.parse(response.content);
  } catch {
    problem = { detail: `The server answered with status ${response.status}. Look whether its address is right.` };
  }
  const sentence = sentenceOf(problem);
  if (response.status === UNAUTHORIZED && bundle.authData.access_token) {
    throw new z.errors.RefreshAuthError();
  }
  if (response.status === UNAUTHORIZED) {
    throw new z.errors.ExpiredAuthError(sentence);
  }
  if (response.status === TOO_MANY) {
    throw new z.errors.ThrottledError(sentence, Number(response.getHeader("retry-after")) || 60);
  }
  const code = problem.code || (response.status === FORBIDDEN ? "scope" : "refused");
  throw new z.errors.Error(sentence, code, response.status);
}

module.exports = { all, authorized, call, origin, refused, serverOf };
