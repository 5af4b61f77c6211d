// The import table of the project, checked by `npm run lint`: an import that no row allows is an error, and so is a cycle.
// Imports of types count, too.

const otherPackages = "^node_modules/(?!@pulumi/|pulumi-deepcall/)";
const pulumi = "^node_modules/@pulumi/pulumi/";
const thisPackage = "^node_modules/pulumi-deepcall/";
const sharedByProvider = ["^provider/(state-contract|account-settings|stored)\\.ts$", "^provider/(model|groups-file)/"];

/** Files, and what they may import, as regular expressions for paths. All rows that match a file apply. */
const table = [
  ["^client/", ["^client/"]],
  ["^client/node-version\\.ts$", ["^package\\.json$"]],
  ["^provider/(?!model/|lifecycle/|plugin/)", ["^provider/(?!plugin/)", "^client/", pulumi]],
  ["^provider/model/", ["^provider/model/", "^client/"]],
  [
    "^provider/lifecycle/",
    ["^provider/(lifecycle|model)/", "^provider/(account-settings|state-contract)\\.ts$", "^client/"],
  ],
  // Never Pulumi's SDK, which takes half a second to load.
  [
    "^provider/plugin/",
    [
      "^provider/(plugin|lifecycle|model)/",
      "^provider/(account-settings|require-node|state-contract|stored)\\.ts$",
      "^provider/lookups/(account|rules)\\.ts$",
      "^client/",
      "^package\\.json$",
      `${pulumi}proto/`,
    ],
  ],
  // The script of the page runs in browsers, which have none of this.
  ["^emulator/(?!page/)", ["^emulator/(?!page/)"]],
  ["^cli/", ["^cli/", "^client/", ...sharedByProvider]],
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
