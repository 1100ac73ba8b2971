// Runs an n8n workflow as far as its requests and fields go: expressions are evaluated as JavaScript, as n8n does.
// stdin: {workflow, first, settings, token}; stdout: what each node has put out, by its name.

const { readFileSync } = require("node:fs");

const told = JSON.parse(readFileSync(0, "utf8"));
const outputs = {};

function evaluate(text, json) {
  if (typeof text !== "string" || !text.startsWith("=")) {
    return text;
  }
  const names = ["$json", "$", "$execution"];
  const values = [json, (name) => ({ first: () => ({ json: outputs[name] }) }), { id: "231" }];
  const one = (expression) => new Function(...names, `return (${expression});`)(...values);
  const whole = text.slice(1).match(/^\{\{((?:(?!\}\}).)*)\}\}$/s);
  return whole ? one(whole[1]) : text.slice(1).replace(/\{\{(.*?)\}\}/gs, (_, expression) => one(expression));
}

const listed = (group, json) => (group ? group.parameters : []).map(({ name, value }) => [name, evaluate(value, json)]);

async function request(parameters, json) {
  const url = new URL(evaluate(parameters.url, json));
  listed(parameters.queryParameters, json).forEach(([name, value]) => url.searchParams.set(name, value));
  const headers = { ...Object.fromEntries(listed(parameters.headerParameters, json)), Authorization: `Bearer ${told.token}` };
  const body = parameters.sendBody ? evaluate(parameters.jsonBody, json) : undefined;
  if (body) {
    headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(url, { method: parameters.method || "GET", headers, body });
  return answer.json();
}

const RUN = {
  "n8n-nodes-base.webhook": async (node) => told.first,
  "n8n-nodes-base.manualTrigger": async () => ({}),
  "n8n-nodes-base.httpRequest": async (node, json) => request(node.parameters, json),
  "n8n-nodes-base.set": async (node, json) => ({
    ...Object.fromEntries(node.parameters.assignments.assignments.map(({ name, value }) => [name, evaluate(value, json)])),
    ...told.settings,
  }),
};

async function run(name, json) {
  const node = told.workflow.nodes.find((one) => one.name === name);
  outputs[name] = await RUN[node.type](node, json);
  for (const next of (told.workflow.connections[name] || { main: [[]] }).main[0]) {
    await run(next.node, outputs[name]);
  }
}

run(told.workflow.nodes[0].name, {}).then(() => process.stdout.write(JSON.stringify(outputs)));
