import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import type { Seed } from "../../emulator/seed";
import type { RetryPolicy } from "../../client/retry";
import { createProviders } from "../../provider/dynamic";
import type { DynamicProvider } from "../../provider/dynamic/provider";
import { Run } from "../../provider/lifecycle/run";
import type { Environment } from "../../client/settings";

/** The accounts of the tests. */
export const token = "tok-3141592653";
export const ssid = "ssid-2718281828";
export const seed = {
  accounts: [
    { userId: "7", token, ssid, groups: [] },
    { userId: "8", token: "other-token-16180", ssid: "other-ssid-16180", groups: [] },
  ],
};

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** The name that the server assigns for a taken "Support", for each suffix form. */
export const suffixForms = [
  ["plain", "Support1"],
  ["space", "Support 1"],
  ["parens", "Support (1)"],
  ["dash", "Support-1"],
  ["underscore", "Support_1"],
] as const;

/** Starts an emulator that ends with the test. */
export async function emulate(options: Partial<EmulatorOptions> = {}, accounts: Seed = seed): Promise<Emulator> {
  const emulator = await startEmulator({ seed: accounts, options });
  running.push(emulator);
  return emulator;
}

/** The operations of all calls so far. */
export const operations = ({ calls }: Emulator): string[] => calls.map(({ operation }) => operation);

/** Assigns exactly these agents to a group of account 7. */
export async function assignAgents(emulator: Emulator, groupId: number | string, ...agents: string[]): Promise<void> {
  const body = { userId: "7", token, groupId, agent_unique_id: agents, receive_call: agents };
  const url = `${emulator.url}/api/v2/Group/submitAssignGroupToAgent`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  expect(await response.json()).toMatchObject({ code: 200 });
}

/** The settings for account 7 of an emulator. */
export function environment(emulator: Emulator, more: Record<string, string> = {}): Record<string, string> {
  return { DEEPCALL_BASE_URL: emulator.url, DEEPCALL_USER_ID: "7", DEEPCALL_TOKEN: token, ...more };
}

/** The other account's credentials. */
export const otherUser = { DEEPCALL_USER_ID: "8", DEEPCALL_TOKEN: "other-token-16180" };

/** The standard policy with short delays. */
export const fastRetries: RetryPolicy = {
  firstDelayMs: 2,
  maxDelayMs: 10,
  deadlineMs: 3_000,
  lateCommitMs: 250,
  registrationMs: 20,
};

/** A provider of groups for one run. */
export function createProvider(variables: Environment, retryPolicy?: RetryPolicy): DynamicProvider {
  return createProviders(new Run(variables, retryPolicy)).group;
}

/** A provider for one run on the emulator's account 7. */
export function operate(
  emulator: Emulator,
  more: Record<string, string> = {},
  retryPolicy: RetryPolicy = fastRetries,
): DynamicProvider {
  return createProvider(environment(emulator, more), retryPolicy);
}

/** A provider that the engine configured with these keys of the stack's config, or inputs of a `DeepcallProvider`. */
export async function configured(
  emulator: Emulator,
  keys: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<DynamicProvider> {
  const provider = createProvider(environment(emulator, variables), fastRetries);
  const config = new Map(Object.entries(keys).map(([key, value]) => [`deepcall:${key}`, value]));
  await provider.configure({ config: { get: (key: string) => config.get(key) } as never });
  return provider;
}

/** For reads after a write, which are repeated until the deadline. */
export const shortDeadline: RetryPolicy = { ...fastRetries, deadlineMs: 50 };

/** Inputs as the resource class passes them. */
export function desired(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { requestedName: name, active: true, __resource: name.toLowerCase(), __provider: "text", ...more };
}

/** A group in the state: its id, inputs and outputs, as the engine keeps them. */
export interface Resource {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** Creates as the engine does: check, then create. */
export async function create(provider: DynamicProvider, news: Record<string, unknown>): Promise<Resource> {
  const { inputs = {}, failures = [] } = await provider.check({}, news);
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  const { id, outs = {} } = await provider.create(inputs);
  expect(JSON.stringify(outs)).toBe(JSON.stringify(withoutUndefined(outs)));
  return { id, inputs, outputs: { ...outs, __provider: "text" } };
}

/** Changes as the engine does: check, diff and, if there is a difference, update. */
export async function change(
  provider: DynamicProvider,
  resource: Resource,
  news: Record<string, unknown>,
): Promise<Resource & { changed: boolean }> {
  const { inputs = {} } = await provider.check(resource.inputs, news);
  const { changes } = await provider.diff(resource.id, resource.outputs, inputs);
  if (changes !== true) return { ...resource, inputs, changed: false };
  const { outs = {} } = await provider.update(resource.id, resource.outputs, inputs);
  return { id: resource.id, inputs, outputs: { ...outs, __provider: "text" }, changed: true };
}

/** Refreshes as the engine does; returns `undefined` if the group is gone. */
export async function refresh(
  provider: DynamicProvider,
  resource: Resource,
): Promise<(Resource & { drift: boolean }) | undefined> {
  const { id, props = {}, inputs = {} } = await provider.read(resource.id, resource.outputs);
  if (id === undefined) return undefined;
  // The engine calls `diff` the other way round: would the recorded inputs change the current state?
  const { changes } = await provider.diff(id, props, resource.inputs);
  return { id, inputs, outputs: props, drift: changes === true };
}

/** The error of a rejected promise. */
export async function failure(promise: Promise<unknown>): Promise<Error & { id?: string; properties?: object }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the promise did not fail");
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}
