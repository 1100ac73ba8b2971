// A form with a proof of work [data-challenge] calculates while it is filled in, and is sent once that is done.
// Where the browser cannot calculate it is sent without; a code comes by mail then.
const field = document.querySelector("input[data-challenge]");
const button = field.form.querySelector("button[type=submit]");
const label = [...button.childNodes];
const AT_ONCE = 4;
let wanted = "send" in field.dataset;
let over = false;

const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function derive({ nonce, salt, cost }, counter) {
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  new DataView(password.buffer).setUint32(password.length - 4, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  return hex(await crypto.subtle.deriveBits(how, key, 256));
}

async function solve(challenge) {
  const asked = challenge.parameters;
  for (let first = 0; first < asked.data.steps; first += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, more) => first + more);
    const keys = await Promise.all(counters.map((counter) => derive(asked, counter)));
    const found = keys.findIndex((key) => key.startsWith(asked.keyPrefix));
    if (found >= 0) return btoa(JSON.stringify({ challenge, solution: { counter: counters[found], derivedKey: keys[found] } }));
    if (wanted) tell(first / asked.data.steps);
  }
}

function tell(part) {
  button.setAttribute("aria-busy", "true");
  button.textContent = `${field.dataset.working} ${Math.floor(part * 10) * 10} %`;
}

field.form.addEventListener("submit", (event) => {
  if (over || event.submitter?.formNoValidate) return;
  event.preventDefault();
  wanted = true;
  tell(0);
});

try {
  if (wanted) tell(0);
  field.value = (await solve(JSON.parse(field.dataset.challenge))) ?? "";
} catch {
  // No WebCrypto here: not a secure address, or switched off.
}
over = true;
button.removeAttribute("aria-busy");
button.replaceChildren(...label);
if (wanted) field.form.requestSubmit(button);
