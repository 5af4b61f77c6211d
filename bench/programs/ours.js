const { DeepcallGroup, DeepcallGroupAgents } = require("pulumi-deepcall");
const { names } = require("./names");

const agentsPerGroup = Number(process.env.BENCH_AGENTS ?? 0);

names.forEach((name, n) => {
  const { groupId } = new DeepcallGroup(`team-${n + 1}`, { name });
  const agents = Array.from({ length: agentsPerGroup }, (_, agent) => String(1001 + n * agentsPerGroup + agent));
  if (agents.length > 0) new DeepcallGroupAgents(`team-${n + 1}-agents`, { groupId, agents });
});
