// The import table of the project, checked by `npm run lint`: an import that no row allows is an error, and so is a cycle.
// Imports of types count, too.

const otherPackages = "^node_modules/(?!@pulumi/|pulumi-deepcall/)";
const pulumi = "^node_modules/@pulumi/pulumi/";
const thisPackage = "^node_modules/pulumi-deepcall/";
const model = "^provider/model/";
const stateContract = "^provider/state-contract\\.ts$";
const accountSettings = "^provider/account-settings\\.ts$";
/** What a program imports: all of `provider/` but the model, the lifecycle and the two front ends. */
const programs = "^provider/(?!(model|lifecycle|dynamic|plugin)/)";
const stored = "^provider/stored\\.ts$";
/** How Pulumi's state says what a resource has. */
const stackState = "^provider/(stack-state|urn)\\.ts$";

/** Files, and what they may import, as regular expressions for paths. All rows that match a file apply. */
const table = [
  ["^client/", ["^client/"]],
  ["^client/node-version\\.ts$", ["^package\\.json$"]],
  [model, [model, "^client/"]],
  ["^provider/lifecycle/", ["^provider/lifecycle/", model, "^client/", stateContract, accountSettings]],
  [
    "^provider/dynamic/",
    [
      "^provider/(dynamic|lifecycle)/",
      model,
      "^client/",
      stateContract,
      stored,
      stackState,
      "^provider/require-node\\.ts$",
      pulumi,
    ],
  ],
  // Never Pulumi's SDK, which takes half a second to load.
  [
    "^provider/plugin/",
    [
      "^provider/(plugin|lifecycle)/",
      model,
      "^client/",
      stateContract,
      stored,
      stackState,
      accountSettings,
      "^provider/require-node\\.ts$",
      "^provider/lookups/(account|rules)\\.ts$",
      "^provider/groups-file/",
      "^package\\.json$",
      `${pulumi}proto/`,
    ],
  ],
  [programs, [programs, model, "^client/", pulumi]],
  [stackState, ["^provider/lifecycle/stack\\.ts$"]],
  // The script of the page runs in browsers, which have none of this.
  ["^emulator/(?!page/)", ["^emulator/(?!page/)"]],
  ["^cli/", ["^cli/", "^client/", model, stateContract, accountSettings, stored, stackState, "^provider/groups-file/"]],
  ["^cli/emulator\\.ts$", ["^emulator/"]],
  ["^cli/doctor/", ["^emulator/options\\.ts$"]],
  ["^cli/preview/", [`${pulumi}automation/`]],
  ["^examples/([^/]+)/", ["^examples/$1/", thisPackage, pulumi]],
  ["^(client|provider|emulator(?!/page/)|cli|examples)/", [otherPackages]],
  ["^(test|bench|tools)/", ["."]],
];

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  allowed: [
    ...table.map(([from, to]) => ({ from: { path: from }, to: { path: to } })),
    { from: { pathNot: "^emulator/page/" }, to: { dependencyTypes: ["core"] } },
  ],
  allowedSeverity: "error",
  forbidden: [{ name: "no-cycles", severity: "error", from: {}, to: { circular: true } }],
  options: {
    doNotFollow: { path: "^(node_modules|dist)/" },
    // Sees imports of types, which tsc removes.
    tsPreCompilationDeps: true,
    // The examples import this package through a link in node_modules.
    preserveSymlinks: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require"] },
  },
};
