const { Group } = require("bench-floor");
const { names } = require("./names");

names.forEach((name, n) => new Group(`team-${n + 1}`, { name }));
