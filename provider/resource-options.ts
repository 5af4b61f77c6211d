import * as pulumi from "@pulumi/pulumi";
import { ResourceError } from "./model/errors";

/** Every option that Pulumi knows for a resource or a component. */
type OptionName = keyof pulumi.CustomResourceOptions | keyof pulumi.ComponentResourceOptions;

/** Where options are given: in a constructor, or in the function `optionsFor` of a `DeepcallGroups`. */
export type OptionPlace = "DeepcallGroup" | "DeepcallGroupAgents" | "DeepcallGroups" | "optionsFor";

/** The sentences that say why an option cannot work in a place, and what to do instead. */
type Rejections = Readonly<Partial<Record<OptionPlace, string>>>;

const componentOnly = (option: OptionName): Rejections => ({
  DeepcallGroups: `Pulumi would apply the option "${option}" to the component only, not to its groups. Return it from optionsFor.`,
});
const everywhere = (sentence: string): Rejections => ({
  DeepcallGroup: sentence,
  DeepcallGroupAgents: sentence,
  DeepcallGroups: sentence,
  optionsFor: sentence,
});
const otherPlugin = (option: OptionName): Rejections =>
  everywhere(
    `the option "${option}" would start a second provider beside the one in this package, and the two would not know of each other's groups. Remove the option.`,
  );
const existingAgents = (option: OptionName): string =>
  `the option "${option}" is not supported. Remove it: with otherAgents: "keep", the first \`pulumi up\` adds the listed agents that are not assigned yet and removes none.`;
const existingEntry = (option: OptionName): string =>
  `the option "${option}" would read an existing resource, but this component declares its groups. Use DeepcallGroup.get instead.`;
const noImport =
  'dynamic providers do not support the option "import". To manage an existing group, import it with `pulumi-deepcall export --import`, or set onNameConflict: "adopt" with the group\'s exact name.';

/**
 * Pulumi's options, and where they cannot work; those with an empty row work everywhere. `docs/limits.md` says what works
 * only in part. An option of a newer SDK does not compile without a row.
 */
const rejections: Readonly<Record<OptionName, Rejections>> = {
  additionalSecretOutputs: componentOnly("additionalSecretOutputs"),
  aliases: {},
  customTimeouts: everywhere(
    'dynamic providers ignore the option "customTimeouts". Remove it; the setting timeoutMs limits each call to Deepcall.',
  ),
  deleteBeforeReplace: componentOnly("deleteBeforeReplace"),
  deletedWith: componentOnly("deletedWith"),
  dependsOn: {},
  envVarMappings: everywhere(
    'Pulumi supports the option "envVarMappings" for providers only. Remove it; a DeepcallProvider has the argument environmentPrefix.',
  ),
  hideDiffs: componentOnly("hideDiffs"),
  hooks: {},
  id: {
    DeepcallGroupAgents: existingAgents("id"),
    DeepcallGroups: existingEntry("id"),
    optionsFor: existingEntry("id"),
  },
  ignoreChanges: {},
  import: {
    DeepcallGroup: noImport,
    DeepcallGroupAgents: existingAgents("import"),
    DeepcallGroups: noImport,
    optionsFor: noImport,
  },
  parent: { optionsFor: 'the option "parent" would move the resource out of this component. Remove it.' },
  pluginDownloadURL: otherPlugin("pluginDownloadURL"),
  protect: {},
  provider: {},
  providers: {},
  replaceOnChanges: {},
  replaceWith: componentOnly("replaceWith"),
  replacementTrigger: componentOnly("replacementTrigger"),
  retainOnDelete: {},
  stateMigrations: {},
  transformations: {},
  transforms: {},
  urn: { DeepcallGroups: existingEntry("urn"), optionsFor: existingEntry("urn") },
  version: otherPlugin("version"),
};

/**
 * @param subject - begins the message.
 * @throws ResourceError if an option cannot work in that place.
 */
export function assertSupported(
  subject: string,
  place: OptionPlace,
  options: pulumi.CustomResourceOptions | pulumi.ComponentResourceOptions,
): void {
  for (const [option, value] of Object.entries(options)) {
    const rejection = Object.hasOwn(rejections, option) ? rejections[option as OptionName][place] : undefined;
    if (value !== undefined && rejection !== undefined) throw new ResourceError(`${subject}: ${rejection}`);
  }
}

/** How a class translates options that name its properties to Pulumi's names of the inputs. */
export interface PropertyNames {
  readonly type: string;
  /** The inputs that `*` stands for. Not `*` itself: Pulumi would also ignore changes of `__ignore`. */
  readonly inputs: readonly string[];
  readonly toInput: (path: string) => string;
  /**
   * The value of `__ignore` for `ignoreChanges`, which the engine does not pass to dynamic providers.
   *
   * @param name - of the resource, for errors.
   */
  readonly toIgnored: (paths: readonly string[], name: string) => string[];
}

/** The options that name properties, with Pulumi's names. */
export function translateOptions(
  names: PropertyNames,
  { ignoreChanges, replaceOnChanges, hideDiffs }: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  return {
    ...(ignoreChanges && { ignoreChanges: ignoredInputs(names, ignoreChanges) }),
    ...(replaceOnChanges && { replaceOnChanges: replaceOnChanges.map(names.toInput) }),
    ...(hideDiffs && { hideDiffs: hideDiffs.map(names.toInput) }),
  };
}

function ignoredInputs({ inputs, toInput }: PropertyNames, paths: readonly string[]): string[] {
  return paths.flatMap((path) => (path === "*" ? inputs : [toInput(path)]));
}

/**
 * The transforms of a resource or component, followed by one that passes their `ignoreChanges` on to the provider. Pulumi
 * runs the transforms of its parents and of the stack later, so it cannot see theirs.
 */
export function withIgnoreChanges(
  { transforms, transformations }: pulumi.ResourceOptions,
  ...classes: readonly PropertyNames[]
): pulumi.ResourceOptions {
  const translate = ({ type, name, props, opts }: TransformArgs): TransformArgs | undefined => {
    const names = classes.find((names) => names.type === type);
    if (!names || opts.id !== undefined) return undefined;
    const paths = opts.ignoreChanges ?? [];
    const { __ignore: known = [], ...rest } = props;
    const ignored = names.toIgnored(paths, name);
    if (String(known) === String(ignored)) return undefined;
    return {
      type,
      name,
      props: { ...rest, ...(ignored.length > 0 && { __ignore: ignored }) },
      opts: { ...opts, ignoreChanges: ignoredInputs(names, paths) },
    };
  };
  return {
    ...(transforms && { transforms: [...transforms, translate] }),
    ...(transformations && { transformations: [...transformations, translate] }),
  };
}

/** What both kinds of Pulumi's transforms get and return. */
type TransformArgs = Pick<pulumi.ResourceTransformArgs, "type" | "name" | "props" | "opts">;
