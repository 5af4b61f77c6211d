import { withErrorCode } from "../../client/errors";
import type { Lifecycle } from "../lifecycle/lifecycle";
import type { Run } from "../lifecycle/run";
import { GroupError, type ProviderErrorCode } from "../model/errors";
import { ignoredProperties, type Self } from "../model/resource";
import { readState, rename, type StoredForm, type StoredSelf } from "../stored";
import { resourceName } from "../urn";
import type { Unwrapped, Values } from "./values";

/** How the plugin shows one type of resource, where that differs from what the dynamic provider stores. */
export interface ResourceForm<Inputs, State, Planned> {
  readonly stored: StoredForm<Inputs, State, Planned>;
  /** An input that is stored under another name than in programs. */
  readonly input: { readonly stored: string; readonly name: string };
  /** The properties that are all secret if one of them is. */
  readonly secrets: readonly string[];
  /** Properties in another form than the stored one. */
  readonly show: (values: Values) => Values;
  /** What a preview shows. */
  readonly planned: (state: State | undefined, inputs: Planned, self: Self) => Values;
}

/** A request of the engine for a resource. */
export interface Request {
  readonly urn: string;
  readonly id?: string;
  readonly ignoreChanges?: readonly string[];
  /** The inputs of the program. */
  readonly news?: Unwrapped;
  /** The outputs in the state. */
  readonly olds?: Unwrapped;
  /** The inputs in the state. */
  readonly oldInputs?: Unwrapped;
}

/** What an update would change. */
interface Difference {
  readonly changes: boolean;
  readonly properties: readonly { readonly name: string; readonly kind: "add" | "delete" | "update" }[];
  readonly replaces: readonly string[];
}

/** The methods that the engine calls for a resource, over plain values. */
export interface PluginResource {
  check(request: Request): { readonly inputs: Unwrapped; readonly problems: readonly string[] };
  diff(request: Request): Difference;
  /** What a preview shows of a resource that will be created or updated. */
  plan(request: Request): Unwrapped;
  create(request: Request): Promise<{ readonly id: string; readonly outputs: Unwrapped }>;
  /** @returns `undefined` if the resource is gone. */
  read(request: Request): Promise<{ readonly outputs: Unwrapped; readonly inputs: Unwrapped } | undefined>;
  update(request: Request): Promise<Unwrapped>;
  delete(request: Request): Promise<void>;
}

const nothing: Unwrapped = { values: {}, secrets: new Set() };
/** The URN says what the dynamic provider stores about a resource. */
const unstored: StoredSelf = { resource: "", parent: "", identity: "", account: "", ignored: [] };

/** Creates the front end of one type of resource for one run: it translates between the engine's values and the lifecycle's. */
export function createPluginResource<Inputs, State, Planned>(
  run: Run,
  lifecycle: Lifecycle<Inputs, State, Planned>,
  { stored, input, secrets, show, planned }: ResourceForm<Inputs, State, Planned>,
): PluginResource {
  const selfOf = ({ urn, ignoreChanges = [] }: Request): Self => ({
    resource: resourceName(urn),
    identity: urn,
    account: run.account,
    ignored: ignoredProperties.filter((name) => ignoreChanges.some((path) => path === "*" || firstKey(path) === name)),
  });
  const newsOf = ({ news = nothing }: Request): Values => rename(news.values, input.name, input.stored);
  const stateOf = ({ id = "", olds = nothing }: Request): State => readState(stored, id, olds.values);
  const secretsOf = (...given: (Unwrapped | undefined)[]): ReadonlySet<string> => {
    const names = new Set(given.flatMap((one) => [...(one?.secrets ?? [])]));
    return secrets.some((name) => names.has(name)) ? new Set([...names, ...secrets]) : names;
  };
  const inputsFor = (written: Values, ...given: (Unwrapped | undefined)[]): Unwrapped => ({
    values: show(rename(written, input.stored, input.name)),
    secrets: secretsOf(...given),
  });
  const outputsFor = (id: string, state: State, ...given: (Unwrapped | undefined)[]): Unwrapped => ({
    values: { ...show(stored.writeState(state, unstored)), groupId: Number(id) },
    secrets: secretsOf(...given),
  });
  /** Replaces what must stay in the state by the outputs that contain it. */
  const withKeptState = async <T>({ news }: Request, step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      if (error instanceof GroupError && error.kept) {
        const { id, state } = error.kept;
        error.kept = { id, state: outputsFor(id, state as State, news) };
      }
      throw error;
    }
  };

  return {
    check(request) {
      const { news = nothing } = request;
      const malformed = run.malformedSettings();
      if (malformed) return { inputs: news, problems: [malformed.message] };
      const { inputs, problems = [] } = lifecycle.check(news.values, selfOf(request));
      const code: ProviderErrorCode = "arguments";
      if (!inputs) return { inputs: news, problems: problems.map((reason) => withErrorCode(reason, code)) };
      return { inputs: inputsFor(stored.writePlanned(inputs, unstored, newsOf(request)), news), problems: [] };
    },

    diff(request) {
      const { id = "", olds = nothing, news = nothing } = request;
      const inputs = stored.readPlanned(newsOf(request));
      const state = stateOf(request);
      // During a refresh, these are the recorded inputs. If they were edited, the refresh replaces them.
      if (!inputs) return { changes: true, properties: [], replaces: [] };
      const { properties, replaces = [] } = lifecycle.diff(id, state, inputs, selfOf(request));
      return {
        changes: properties.length > 0,
        properties: properties.flatMap((name) => describeChange(name, show(olds.values), news.values)),
        replaces,
      };
    },

    plan(request) {
      const { id, news } = request;
      const state = id === undefined ? undefined : stateOf(request);
      const inputs = stored.readPlanned(newsOf(request));
      const values = inputs ? planned(state, inputs, selfOf(request)) : {};
      return { values: id === undefined ? values : { ...values, groupId: Number(id) }, secrets: secretsOf(news) };
    },

    create: (request) =>
      withKeptState(request, async () => {
        const { id, state } = await lifecycle.create(stored.readInputs(newsOf(request)), selfOf(request));
        return { id, outputs: outputsFor(id, state, request.news) };
      }),

    async read(request) {
      const { id = "", olds = nothing, oldInputs } = request;
      // An import and `get` have no state yet, and a state that cannot be read is replaced.
      const isEmpty = Object.keys(olds.values).length === 0;
      const isFirst = isEmpty || (stored.isReadable && !stored.state.safeParse(olds.values).success);
      const result = await lifecycle.read(id, isFirst ? undefined : stateOf(request), selfOf(request));
      if (!result) return undefined;
      const inputs = stored.writeInputs(result.inputs, unstored);
      return {
        outputs: outputsFor(id, result.state, olds, oldInputs),
        inputs: inputsFor(inputs, olds, oldInputs),
      };
    },

    update: (request) =>
      withKeptState(request, async () => {
        const { id = "", news } = request;
        const inputs = stored.readInputs(newsOf(request));
        return outputsFor(id, await lifecycle.update(id, stateOf(request), inputs, selfOf(request)), news);
      }),

    delete: (request) => lifecycle.delete(request.id ?? "", stateOf(request), selfOf(request)),
  };
}

/** The property at the start of a path such as `agents[0].id` or `["name"]`. */
function firstKey(path: string): string | undefined {
  return /^(?:\[")?(\w+)/.exec(path)?.[1];
}

/** What a difference of the lifecycle looks like to the user. */
function describeChange(name: string, olds: Values, news: Values): Difference["properties"][number][] {
  // The engine shows a resource's provider itself.
  if (name === "account") return [];
  // Agents that are not listed have to be removed.
  if (name === "agents" && JSON.stringify(olds["agents"]) === JSON.stringify(news["agents"]))
    return [{ name: "otherAgentIds", kind: "delete" }];
  return [{ name, kind: olds[name] === undefined ? "add" : news[name] === undefined ? "delete" : "update" }];
}
