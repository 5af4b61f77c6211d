import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readGroupsFile } from "../../provider/groups-file/read";
import { execute, TestStack } from "../e2e/stack";
import { token } from "../support/lifecycle";

const root = resolve(__dirname, "../..");
/** Where the packed package is installed. */
const installed = process.env["E2E_FOLDER"] ?? "";

/** The blocks that this file does not run: the test that does, or why none can. By page and a text that only they contain. */
const notHere: [page: string, text: string, reason: string][] = [
  ["README.md", "npm start", "test/slow/demo.test.ts; test/slow would run itself"],
  ["README.md", "pulumi new", "downloads a template from GitHub"],
  ["docs/installation-configuration.md", "npm install", "test/slow/adopting.test.ts, with the packed package"],
  ["docs/adopting.md", "", "test/slow/adopting.test.ts"],
  ["docs/testing.md", "", "test/slow/docs-testing.test.ts"],
  ["docs/compatibility.md", "", "test/compatibility"],
  ["docs/releasing.md", "npm pkg set repository", "test/slow/release.test.ts"],
  ["docs/releasing.md", "npm publish", "publishes"],
  ["docs/emulator.md", "/_emulator/", "test/emulator/docs.test.ts; the CI job is the script of docs/testing.md"],
  ["docs/doctor.md", "--try-changes --agent", "test/cli/doctor/trial.test.ts; it asks on a terminal"],
  ["docs/languages.md", "", "test/compatibility/languages.test.ts; the page says which programs were not run"],
  ["docs/gitops.md", "helm install", "needs a Kubernetes cluster; test/examples/gitops checks operator/stack.yaml"],
  ["docs/gitops.md", "pulumi stack schedule", "needs Pulumi Cloud"],
];

interface Block {
  readonly page: string;
  /** For example `docs/names.md:48`. */
  readonly place: string;
  readonly language: string;
  readonly text: string;
}

/** All blocks with a language. Blocks without one are output. */
const blocks = ["README.md", ...globSync("docs/**/*.md", { cwd: root }).toSorted()].flatMap((page): Block[] => {
  const markdown = readFileSync(join(root, page), "utf8");
  // A block in a list is indented.
  return [...markdown.matchAll(/^( *)```(\w+)\n(.*?)^\1```$/gms)].map(
    ({ 1: indent = "", 2: language = "", 3: text = "", index }) => ({
      page,
      place: `${page}:${markdown.slice(0, index).split("\n").length}`,
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
});
const isNotHere = ({ page, text }: Block) => notHere.some(([other, part]) => other === page && text.includes(part));
const groupsFiles = blocks.filter(({ language, text }) => language === "yaml" && /^groups:/m.test(text));
const inLanguage = (language: string) => blocks.filter((block) => block.language === language && !isNotHere(block));

test("each block is in a language that is tested here, or is listed as tested elsewhere", () => {
  const tested = [...inLanguage("sh"), ...inLanguage("ts"), ...inLanguage("json"), ...groupsFiles];
  const other = blocks.filter((block) => !tested.includes(block) && !isNotHere(block));
  expect(other.map(({ place }) => place)).toEqual([]);
  // No entry of the table is out of date.
  expect(notHere.filter(([page, text]) => !blocks.some((b) => b.page === page && b.text.includes(text)))).toEqual([]);
});

test("json: each block is valid", () => {
  for (const { text } of inLanguage("json")) expect(JSON.parse(text)).toBeDefined();
});

test("yaml: each groups file is valid", () => {
  const folder = mkdtempSync(join(installed, "yaml-"));
  const problems = groupsFiles.map(({ place, text }): [string, readonly string[]] => {
    const file = join(folder, "groups.yaml");
    writeFileSync(file, text);
    return [place, readGroupsFile(file).problems];
  });
  expect(problems.length).toBeGreaterThan(3);
  expect(problems.filter(([, { length }]) => length !== 0)).toEqual([]);
});

/** Short examples leave the imports out. */
const imports = `
import * as pulumi from "@pulumi/pulumi";
import { DeepcallGroup, DeepcallGroupAgents, DeepcallGroups, DeepcallProvider } from "pulumi-deepcall";
`;
const programs = inLanguage("ts").map(({ place, text }) => ({
  place,
  program: `${text.includes("import ") ? "" : imports}${text}\nexport {};\n`,
}));

test("ts: each block compiles", async () => {
  const folder = mkdtempSync(join(installed, "programs-"));
  const compilerOptions = { target: "es2022", module: "node16", strict: true, skipLibCheck: true, noEmit: true };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  for (const { place, program } of programs) {
    const file = join(folder, `${place}.ts`);
    mkdirSync(resolve(file, ".."), { recursive: true });
    writeFileSync(file, program);
  }
  expect(programs.length).toBeGreaterThan(20);
  expect(await execute(join(installed, "node_modules/.bin/tsc"), [], folder)).toEqual({ code: 0, output: "" });
});

test("ts: each block runs in a preview", async () => {
  const stack = await TestStack.create({}, {}, (folder) => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "module": "node16" } }');
    for (const file of ["groups.yaml", "apac.yaml", "team.yaml"])
      writeFileSync(join(folder, file), "groups: { support: { name: Support } }\n");
  });
  const account = stack.emulator.account("7");
  for (const name of ["Support", "Sales"]) account.add(name);
  for (let id = 3; id <= 42; id++) account.add(`Team ${id}`);
  prefixedSettings(stack);
  for (const [key, value] of Object.entries({ apacToken: token, groupName: "Support" }))
    await stack.run("config", "set", "--secret", key, value);
  const failures: string[] = [];
  for (const { place, program } of programs) {
    stack.file("index.ts", program);
    const { code, output } = await stack.run("preview");
    if (code !== 0) failures.push(`${place}\n${output}`);
  }
  expect(failures).toEqual([]);
  expect(stack.emulator.count("add")).toBe(0);
  // One command for each block.
}, 600_000);

/** The settings of account 7, with the prefix that the pages use for a second account. */
function prefixedSettings({ env, emulator }: TestStack): void {
  Object.assign(env, {
    DEEPCALL_EMEA_BASE_URL: emulator.url,
    DEEPCALL_EMEA_USER_ID: "7",
    DEEPCALL_EMEA_TOKEN: token,
  });
}

const pages = [...new Set(inLanguage("sh").map(({ page }) => page))];

test.each(pages)("sh: the commands of %s succeed, in their order", async (page) => {
  const stack = await TestStack.create();
  stack.program('new DeepcallGroup("support", { name: "Support" });\n');
  await stack.up();
  Object.assign(stack.env, {
    PATH: [join(installed, "node_modules/.bin"), stack.env["PATH"]].join(":"),
    PULUMI_SKIP_CONFIRMATIONS: "true",
    GITHUB_STEP_SUMMARY: join(stack.folder, "summary.md"),
    // Whatever a page says, nothing is published.
    npm_config_registry: "http://127.0.0.1:1",
  });
  prefixedSettings(stack);
  const commands = inLanguage("sh").flatMap((block) => (block.page === page ? [block.text] : []));
  stack.file("steps.sh", forThisTest(commands.join("\n"), stack.emulator.url));
  const { code, output } = await stack.execute("bash", ["--norc", "-euo", "pipefail", "steps.sh"]);
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
});

/** Replaces what depends on the reader, and ends emulators, which otherwise run until Ctrl-C. */
function forThisTest(script: string, url: string): string {
  return script
    .replaceAll(/https:\/\/v4-api\.deepcall\.com|http:\/\/127\.0\.0\.1:8920/g, url)
    .replaceAll(/(USER_ID=|deepcall:userId )(\.\.\.|demo)/g, "$17")
    .replaceAll(/(TOKEN=|deepcall:token |apacToken )(\.\.\.|demo-token)/g, `$1${token}`)
    .replaceAll("--stack prod", "--stack dev")
    .replaceAll(
      /^(?:npx )?(pulumi-deepcall emulator\b.*)$/gm,
      'coproc $1 --port 0; read -r line <&"${COPROC[0]}"; echo "$line"; kill $COPROC_PID; wait $COPROC_PID',
    );
}
