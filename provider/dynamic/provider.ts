import type { dynamic } from "@pulumi/pulumi";
import { DeepcallError, withErrorCode } from "../../client/errors";
import type { Lifecycle } from "../lifecycle/lifecycle";
import type { Run } from "../lifecycle/run";
import { GroupError, type ProviderErrorCode } from "../model/errors";
import { readState as readStored, storedSelf, type StoredForm } from "../stored";

type Properties = Readonly<Record<string, unknown>>;

/** The methods that Pulumi's engine calls for a resource. */
export interface DynamicProvider extends dynamic.ResourceProvider<Properties, Properties> {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
  check(olds: Properties, news: Properties): Promise<dynamic.CheckResult<Properties>>;
  diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult>;
  create(inputs: Properties): Promise<dynamic.CreateResult<Properties>>;
  read(id: string, props?: Properties): Promise<dynamic.ReadResult<Properties>>;
  update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult<Properties>>;
  delete(id: string, props: Properties): Promise<void>;
}

/**
 * Creates the dynamic provider of one type of resource for one run: it translates between what the engine passes and
 * stores and the lifecycle's values.
 */
export function createDynamicProvider<Inputs, State, Planned>(
  run: Run,
  lifecycle: Lifecycle<Inputs, State, Planned>,
  form: StoredForm<Inputs, State, Planned>,
): DynamicProvider {
  const readState = (id: string, props: Properties): State => readStored(form, id, props);
  const selfOf = (stored: Properties) => ({ ...storedSelf(stored), account: run.account });

  return {
    configure({ config }) {
      run.configure((key) => config.get(key));
      return Promise.resolve();
    },

    check(_olds, news) {
      const malformed = run.malformedSettings();
      if (malformed) return Promise.resolve({ inputs: news, failures: [{ property: "", reason: malformed.message }] });
      const self = selfOf(news);
      const { inputs, problems = [] } = lifecycle.check(form.given(news), self);
      if (!inputs) return Promise.resolve({ inputs: news, failures: problems.map(checkFailure) });
      const { __provider } = news;
      const checked = { ...form.writePlanned(inputs, self, news), ...(__provider !== undefined && { __provider }) };
      return Promise.resolve({ inputs: checked, failures: [] });
    },

    diff: (id, olds, news) =>
      run.attempt(() =>
        withShortStack(() => {
          const state = readState(id, olds);
          const planned = form.readPlanned(news);
          // During a refresh, these are the recorded inputs. If they were edited, the refresh replaces them.
          if (!planned) return { changes: true };
          const { properties, replaces } = lifecycle.diff(id, state, planned, selfOf(news));
          const changes = properties.length > 0;
          return replaces ? { changes, replaces: [...replaces], deleteBeforeReplace: true } : { changes };
        }),
      ),

    create: (news) =>
      run.attempt(() =>
        withKeptState(news, async () => {
          const self = selfOf(news);
          const { id, state } = await lifecycle.create(form.readInputs(news), self);
          return { id, outs: form.writeState(state, self) };
        }),
      ),

    read: (id, props = {}) =>
      run.attempt(() =>
        withShortStack(async () => {
          // `get` has no state yet, and a state that cannot be read is replaced.
          const isFirst = form.isReadable && !form.state.safeParse(props).success;
          const self = storedSelf(isFirst ? {} : props);
          const result = await lifecycle.read(id, isFirst ? undefined : readState(id, props), self);
          if (!result) return {};
          const outputs = form.writeState(result.state, self);
          return isFirst
            ? { id, props: outputs }
            : { id, props: outputs, inputs: form.writeInputs(result.inputs, self) };
        }),
      ),

    update: (id, olds, news) =>
      run.attempt(() =>
        withKeptState(news, async () => {
          const self = selfOf(news);
          const state = await lifecycle.update(id, readState(id, olds), form.readInputs(news), self);
          return { outs: form.writeState(state, self) };
        }),
      ),

    delete: (id, props) =>
      run.attempt(() => withShortStack(() => lifecycle.delete(id, readState(id, props), storedSelf(props)))),
  };

  /** Hands the engine what must stay in the state. It needs `__provider`, for later calls. */
  async function withKeptState<T>({ __provider, ...news }: Properties, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof GroupError && error.kept)) throw error;
      const { id, state } = error.kept;
      const properties = { ...form.writeState(state as State, selfOf(news)), __provider };
      // Pulumi shows the reasons instead of the message, which may still get a prefix.
      throw Object.defineProperties(error, {
        id: { value: id },
        properties: { value: properties },
        reasons: { get: () => [error.message] },
      });
    }
  }
}

/** Without a property, because Pulumi would print the property's value with the reason. */
function checkFailure(reason: string): dynamic.CheckFailure {
  return { property: "", reason: withErrorCode(reason, "arguments" satisfies ProviderErrorCode) };
}

/** Shortens what Pulumi prints a second time, under the stack: the message is already shown with the resource. */
async function withShortStack<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof DeepcallError) {
      error.toString = () => "deepcall";
      error.stack = `${error.description.split(". ", 1)[0] ?? ""} (see the resource's error)`;
    }
    throw error;
  }
}
