// Prints the Pulumi YAML program of the plugin: JSON is YAML.
const { names } = require("./names");

const group = (name) => ({ type: "deepcall:Group", properties: { name } });
console.log(JSON.stringify({ resources: Object.fromEntries(names.map((name, n) => [`team-${n + 1}`, group(name)])) }));
