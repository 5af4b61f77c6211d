// The part of GitHub's command line that the workflows use, with issues and comments in a file. Unknown options are errors.
const { readFileSync, writeFileSync } = require("node:fs");
const { parseArgs } = require("node:util");
const jq = require("jq-wasm");

const file = process.env.GITHUB_STATE;
const state = JSON.parse(readFileSync(file, "utf8"));
const bot = { login: "github-actions[bot]" };

const text = { type: "string" };
const flag = { type: "boolean" };
const options = {
  "issue list": { app: text, label: text, state: text, limit: text, json: text, jq: text },
  "issue view": { json: text, jq: text },
  "issue create": { label: text, title: text, "body-file": text },
  "issue edit": { "body-file": text },
  "issue comment": { body: text },
  "issue close": { comment: text },
  "label create": { force: flag, description: text },
  "release create": { "verify-tag": flag, title: text, "notes-file": text },
  api: { paginate: flag, silent: flag, method: text, field: text, jq: text },
};

const issueOf = (number) => state.issues.find((issue) => issue.number === Number(number));
const read = (name) => readFileSync(name, "utf8");
const addComment = (number, body) => state.comments.push({ id: state.comments.length + 1, number, user: bot, body });

const commands = {
  "issue list": (_, { label, app, limit }) =>
    state.issues
      .filter((issue) => issue.open && issue.labels.includes(label) && issue.user.login === `${app}[bot]`)
      .slice(0, limit),
  "issue view": ([number]) => issueOf(number),
  "issue create": (_, { label, title, ...rest }) => {
    if (!state.labels.includes(label)) throw new Error(`could not add label: '${label}' not found`);
    const number = state.issues.length + 1;
    state.issues.push({ number, open: true, user: bot, labels: [label], title, body: read(rest["body-file"]) });
  },
  "issue edit": ([number], rest) => (issueOf(number).body = read(rest["body-file"])),
  "issue comment": ([number], { body }) => addComment(Number(number), body),
  "issue close": ([number], { comment }) => {
    addComment(Number(number), comment);
    issueOf(number).open = false;
  },
  "release create": ([tag, ...assets], { title, ...rest }) =>
    state.releases.push({ tag, title, notes: read(rest["notes-file"]), assets: assets.filter(read) }),
  "label create": ([name]) => (state.labels = [...new Set([...state.labels, name])]),
  api: ([path], { method = "GET", field }) => {
    const [, kind, id] = /^repos\/org\/groups\/issues\/(?:(comments)\/)?(\d+)(?:\/comments)?$/.exec(path);
    if (method === "GET") return state.comments.filter(({ number }) => number === Number(id));
    const body = read(/^body=@(.+)$/.exec(field)[1]);
    if (kind === "comments") state.comments.find((comment) => comment.id === Number(id)).body = body;
    else addComment(Number(id), body);
  },
};

async function main([group, ...args]) {
  if (!process.env.GH_TOKEN || process.env.GH_REPO !== "org/groups") throw new Error("GH_TOKEN or GH_REPO is not set");
  const name = group === "api" ? group : `${group} ${args.shift()}`;
  const { values, positionals } = parseArgs({ args, options: options[name], allowPositionals: true });
  state.calls.push([name, ...positionals].join(" "));
  const answer = commands[name](positionals, values);
  writeFileSync(file, JSON.stringify(state));
  if (values.jq !== undefined) {
    const output = await jq.raw(answer, values.jq, ["-r"]);
    if (output !== "") process.stdout.write(output.endsWith("\n") ? output : `${output}\n`);
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`gh: ${error.message}\n`);
  process.exitCode = 1;
});
