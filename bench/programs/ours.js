const { DeepcallGroup } = require("pulumi-deepcall");
const { names } = require("./names");

names.forEach((name, n) => new DeepcallGroup(`team-${n + 1}`, { name }));
