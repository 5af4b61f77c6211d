import type { handleUnaryCall, MethodDefinition, ServiceError } from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { DynamicProvider } from "../../provider/dynamic/provider";
import type { Run } from "../../provider/lifecycle/run";
import { createService, type Service } from "../../provider/plugin/service";
import { unwrap, wrap, type Values } from "../../provider/plugin/values";

type Requests = {
  [Name in keyof Service]: Service[Name] extends handleUnaryCall<infer Req, infer Res> ? [Req, Res] : never;
};

/** Calls a method of the gRPC service: everything but the connection. */
export async function callService<Name extends keyof Service>(
  service: Service,
  name: Name,
  request: Requests[Name][0],
): Promise<Requests[Name][1]> {
  type Req = Requests[Name][0];
  type Res = Requests[Name][1];
  const method = ResourceProviderService[name] as unknown as MethodDefinition<Req, Res>;
  const received = method.requestDeserialize(method.requestSerialize(request));
  const handler = service[name] as unknown as handleUnaryCall<Req, Res>;
  return new Promise((resolve, reject) => {
    const call = { request: received } as unknown as Parameters<typeof handler>[0];
    handler(call, (error, response) => {
      if (error || !response) reject(toError(error ?? {}));
      else resolve(method.responseDeserialize(method.responseSerialize(response)));
    });
  });
}

/** The error that the engine makes of a gRPC status, with what stays in the state. */
function toError(error: Partial<ServiceError>): Error {
  const [details] = error.metadata?.get("grpc-status-details-bin") ?? [];
  const failed =
    details &&
    Status.deserializeBinary(Buffer.from(details))
      .getDetailsList()[0]
      ?.unpack<messages.ErrorResourceInitFailed>(
        (bytes) => messages.ErrorResourceInitFailed.deserializeBinary(bytes),
        "pulumirpc.ErrorResourceInitFailed",
      );
  return Object.assign(
    new Error(error.details),
    failed && { id: failed.getId(), properties: unwrap(failed.getProperties()).values },
  );
}

/**
 * The plugin behind the methods of the dynamic providers, so that the stand-in for the engine can call both: what the dynamic
 * provider keeps under keys with `__`, the plugin gets from the engine.
 */
export function createPluginProviders(run: Run): { group: DynamicProvider; agents: DynamicProvider } {
  const service = createService("1.2.3", () => run);
  return {
    group: adapt(service, "deepcall:index:Group", "requestedName", "name"),
    agents: adapt(service, "deepcall:index:GroupAgents", "requestedAgents", "agents"),
  };
}

function adapt(service: Service, type: string, stored: string, given: string): DynamicProvider {
  const urnOf = ({ __resource }: Values) => `urn:pulumi:dev::test::${type}::${String(__resource)}`;
  const selfOf = ({ __resource, __ignore }: Values): Values => ({
    __resource,
    ...(__ignore !== undefined && { __ignore }),
  });
  const plain = (values: Values): Values =>
    Object.fromEntries(
      Object.entries(values).filter(
        ([key, value]) => value !== undefined && !["__resource", "__ignore", "__provider"].includes(key),
      ),
    );
  const toInputs = (values: Values) => {
    const { [stored]: value, ...rest } = plain(values);
    return wrap({ ...rest, ...(value !== undefined && { [given]: value }) });
  };
  const fromInputs = (values: Values): Values => {
    const { [given]: value, ...rest } = values;
    return { ...rest, [stored]: value };
  };
  const withSelf = async <T>(self: Values, step: Promise<T>): Promise<T> => {
    try {
      return await step;
    } catch (error) {
      const { properties } = error as { properties?: Values };
      throw properties ? Object.assign(error as Error, { properties: { ...properties, ...selfOf(self) } }) : error;
    }
  };
  const change = <Request extends messages.DiffRequest | messages.UpdateRequest>(
    request: Request,
    id: string,
    olds: Values,
    news: Values,
  ): Request => {
    request.setUrn(urnOf(news));
    request.setId(id);
    request.setOlds(wrap(plain(olds)));
    request.setNews(toInputs(news));
    request.setIgnorechangesList((news["__ignore"] ?? []) as string[]);
    return request;
  };

  return {
    configure: () => Promise.resolve(),
    async check(_olds, news) {
      const request = new messages.CheckRequest().setUrn(urnOf(news)).setNews(toInputs(news));
      const response = await callService(service, "check", request);
      const failures = response.getFailuresList().map((failure) => ({ property: "", reason: failure.getReason() }));
      return { inputs: { ...fromInputs(unwrap(response.getInputs()).values), ...selfOf(news) }, failures };
    },
    async diff(id, olds, news) {
      const response = await callService(service, "diff", change(new messages.DiffRequest(), id, olds, news));
      const changes = response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME;
      const [first] = response.getReplacesList();
      return first === undefined ? { changes } : { changes, replaces: response.getReplacesList() };
    },
    async create(news) {
      const request = new messages.CreateRequest().setUrn(urnOf(news)).setProperties(toInputs(news));
      const response = await withSelf(news, callService(service, "create", request));
      return { id: response.getId(), outs: { ...unwrap(response.getProperties()).values, ...selfOf(news) } };
    },
    async read(id, props = {}) {
      const request = new messages.ReadRequest()
        .setUrn(urnOf(props))
        .setId(id)
        .setProperties(wrap(plain(props)));
      const response = await callService(service, "read", request);
      if (response.getId() === "") return {};
      const [outputs, inputs] = [unwrap(response.getProperties()).values, unwrap(response.getInputs()).values];
      return { id, props: { ...outputs, ...selfOf(props) }, inputs: { ...fromInputs(inputs), ...selfOf(props) } };
    },
    async update(id, olds, news) {
      const request = change(new messages.UpdateRequest(), id, olds, news);
      const response = await withSelf(news, callService(service, "update", request));
      return { outs: { ...unwrap(response.getProperties()).values, ...selfOf(news) } };
    },
    async delete(id, props) {
      const request = new messages.DeleteRequest()
        .setUrn(urnOf(props))
        .setId(id)
        .setProperties(wrap(plain(props)));
      await callService(service, "delete", request);
    },
  };
}
