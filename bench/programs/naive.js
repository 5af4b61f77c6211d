// A dynamic provider written like Pulumi's examples: inlined into the state, with one call for each read.
const pulumi = require("@pulumi/pulumi");
const { names } = require("./names");

async function call(operation, fields) {
  const config = { userId: process.env.DEEPCALL_USER_ID, token: process.env.DEEPCALL_TOKEN };
  const response = await fetch(`${process.env.DEEPCALL_BASE_URL}/api/v2/Group/${operation}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...config, ...fields }),
  });
  if (!response.ok) {
    throw new Error(`${operation} failed: ${response.status} ${response.statusText}`);
  }
  const answer = await response.json();
  if (answer.status !== "success") {
    throw new Error(`${operation} failed: ${answer.message} (${answer.code})`);
  }
  return answer;
}

const groupProvider = {
  async check(olds, news) {
    const failures = [];
    if (!news.name) {
      failures.push({ property: "name", reason: "name is required" });
    }
    return { inputs: news, failures };
  },

  async diff(id, olds, news) {
    const changes = olds.name !== news.name || olds.active !== news.active;
    return { changes, replaces: [], stables: ["groupId"] };
  },

  async create(inputs) {
    const { groupId } = await call("add", { name: inputs.name });
    if (!inputs.active) {
      await call("update", { groupId: String(groupId), name: inputs.name, status: 0 });
    }
    return { id: String(groupId), outs: { ...inputs, groupId } };
  },

  async read(id, props) {
    const { response } = await call("list", { groupId: Number(id) });
    const group = response.find((candidate) => String(candidate.id) === id);
    if (!group) {
      return {};
    }
    return { id, props: { ...props, name: group.name, active: Number(group.status) === 1, groupId: Number(id) } };
  },

  async update(id, olds, news) {
    await call("update", { groupId: id, name: news.name, status: news.active ? 1 : 0 });
    return { outs: { ...news, groupId: Number(id) } };
  },

  async delete(id) {
    await call("delete", { groupId: id });
  },
};

class Group extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    super(groupProvider, name, { groupId: undefined, ...args }, opts);
  }
}

names.forEach((name, n) => new Group(`team-${n + 1}`, { name, active: true }));
