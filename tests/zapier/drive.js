// Runs the Zapier app by Zapier's own tester: a line of JSON in, {method, bundle}, and one out, {result} or {error}.
// {check: true} asks for what Zapier's schema has against the app.

const { createInterface } = require("node:readline");
const zapier = require("zapier-platform-core");
const { compileApp, serializeApp } = require("zapier-platform-core/src/tools/schema");
const { validateAppDefinition } = require("zapier-platform-schema");

console.log = () => {}; // Zapier's own remarks would stand among the answers

const app = require(process.argv[2]);
const tester = zapier.createAppTester(app);
const at = (path) => path.split("/").reduce((part, name) => part[name], app);

async function answer({ check, method, bundle }) {
  if (check) {
    return validateAppDefinition(serializeApp(compileApp(app))).errors.map((error) => error.stack);
  }
  return tester(at(method), bundle);
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  let told;
  try {
    told = { result: await answer(JSON.parse(line)) };
  } catch (error) {
    let said = { message: error.message };
    try {
      said = JSON.parse(error.message);
    } catch {
      // a sentence, and no JSON
    }
    told = { error: { ...said, name: error.name } };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
});
