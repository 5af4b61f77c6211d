// Writes docs/api/README.md, the API reference, from the docstrings of what provider/index.ts exports. With --check it
// writes nothing, and fails if the page is out of date.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Converter, ReflectionGroup, ReflectionKind } from "typedoc";
import { Failure, main } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs/api/README.md");

/** @type {import("typedoc").TypeDocOptions & import("typedoc-plugin-markdown").PluginOptions} */
const options = {
  entryPoints: [join(root, "provider/index.ts")],
  tsconfig: join(root, "tsconfig.build.json"),
  plugin: ["typedoc-plugin-markdown"],
  // One page.
  router: "module",
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  // Constructors without a docstring: programs catch errors, but do not create them.
  excludeNotDocumented: true,
  excludeNotDocumentedKinds: ["Constructor", "ConstructorSignature"],
  sort: [],
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
  // `npm run lint` runs tsc.
  skipErrorChecking: true,
  logLevel: "Warn",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeAliasPropertiesFormat: "table",
  typeDeclarationFormat: "table",
  parametersFormat: "table",
  tableColumnSettings: { hideDefaults: false, hideModifiers: true, hideInherited: true, hideOverrides: true },
};

/** The sections of the page, and the files whose exports they contain. */
const sections = {
  Resources: /^provider\/([^/]+|model\/(agents|group)\.ts)$/,
  Lookups: /^provider\/lookups\//,
  Errors: /\/errors\.ts$/,
};

/**
 * A class shows only its own members. Interfaces show all, because a program sets them.
 * @param {import("typedoc").Context} context
 */
function removeInheritedMembers({ project }) {
  for (const member of Object.values(project.reflections))
    if (member.isDeclaration() && member.inheritedFrom && member.parent?.kindOf(ReflectionKind.Class))
      project.removeReflection(member);
}

/** @param {import("typedoc").Context} context */
function removeCrossReferences({ project }) {
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.isSignature()) delete reflection.overwrites;
    if (!reflection.isDeclaration()) continue;
    delete reflection.overwrites;
    delete reflection.inheritedFrom;
  }
}

/** @param {import("typedoc").Context} context */
function divideIntoSections({ project }) {
  project.groups = Object.entries(sections).map(([title, files]) => {
    const section = new ReflectionGroup(title, project);
    section.children = (project.children ?? []).filter((child) =>
      files.test(project.getSymbolIdFromReflection(child)?.packagePath ?? ""),
    );
    return section;
  });
  const shown = new Set(project.groups.flatMap(({ children }) => children));
  const others = (project.children ?? []).filter((child) => !shown.has(child)).map(({ name }) => name);
  if (others.length > 0) throw new Failure(`No section of the API reference contains ${others.join(", ")}.`);
}

/** Generates the page in a temporary folder, because TypeDoc can only write files. */
async function generate() {
  const out = mkdtempSync(join(tmpdir(), "api-reference-"));
  try {
    const app = await Application.bootstrapWithPlugins({ ...options, out });
    app.converter.on(Converter.EVENT_RESOLVE_END, removeInheritedMembers, 1000);
    // TypeDoc's own plugins have set by then what these functions change.
    app.converter.on(Converter.EVENT_END, removeCrossReferences);
    app.converter.on(Converter.EVENT_END, divideIntoSections);
    const project = await app.convert();
    if (project) {
      app.validate(project);
      await app.generateOutputs(project);
    }
    if (app.logger.hasErrors() || app.logger.hasWarnings())
      throw new Failure("Could not generate the API reference: see the messages above. Nothing was written.");
    return simplify(readFileSync(join(out, "README.md"), "utf8"));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/**
 * What TypeDoc has no option for.
 * @param {string} text
 */
function simplify(text) {
  return (
    text
      .replaceAll("#### Constructors\n\n##### Constructor\n", "#### Constructor\n")
      .replaceAll(/^#{4} Extended by\n\n(- .*\n)+\n/gm, "")
      .replaceAll(/^#{4} Extends\n\n- (.*)\n- (.*)\n/gm, "Extends $1 and $2.\n")
      .replaceAll(/^#{4} Extends\n\n- (.*)\n/gm, "Extends $1.\n")
      .replaceAll("###### Get Signature\n\n", "")
      .replaceAll(/(#### Constructor\n[^]*?)###### Returns\n\n.*\n\n/g, "$1")
      .replaceAll(/(?<!\\)\| `undefined` \|/g, "| |")
      .replaceAll("##### Type Literal\n\n", "")
      .replaceAll("`pulumi.Input`", "`Input`")
      // TypeScript shows some outputs with the name of Pulumi's internal type.
      .replaceAll("OutputInstance", "Output")
      // Docstrings are also read in editors, where links between files don't work.
      .replaceAll(/`docs\/([\w-]+\.md)`/g, "[$1](../$1)")
  );
}

await main(async () => {
  const text = await generate();
  const undescribed = text.split("\n").filter((line) => line.endsWith("| - |"));
  if (undescribed.length > 0) throw new Failure(`These parameters have no description:\n${undescribed.join("\n")}`);
  if (!process.argv.includes("--check")) writeFileSync(page, text);
  else if (!existsSync(page) || readFileSync(page, "utf8") !== text)
    throw new Failure("docs/api/README.md is out of date. Run `npm run docs`, and commit the result.");
});
