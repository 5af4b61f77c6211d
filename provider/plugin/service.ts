import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Metadata, status, type handleUnaryCall, type ServiceError } from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { GroupError } from "../model/errors";
import type { Run } from "../lifecycle/run";
import { pluginGroupsType } from "../state-contract";
import type { Plugin } from "./provider";
import type { PluginResource, Request } from "./resource";
import { unwrap, wrap, type Unwrapped } from "./values";

type Methods =
  | "handshake"
  | "attach"
  | "getPluginInfo"
  | "getSchema"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "construct"
  | "invoke"
  | "cancel";

/** The methods of Pulumi's gRPC service that a package with resources and functions needs. */
export type Service = Pick<IResourceProviderServer, Methods>;

/**
 * Translates between gRPC and the plugin's values. Nothing of zod or undici is loaded before the engine configures the plugin,
 * so that it starts quickly.
 *
 * @param createRun - called when the engine makes its first call that needs the lifecycle.
 */
export function createService(version: string, createRun: () => Run): Service {
  /** The reference to the provider of this process. */
  let provider = "";
  let created: { readonly run: Run; readonly plugin: Plugin } | undefined;
  const load = () => {
    if (created) return created;
    const { createPlugin } = require("./provider") as typeof import("./provider");
    const run = createRun();
    return (created = { run, plugin: createPlugin(run) });
  };
  const resourceOf = (request: { getUrn(): string }): PluginResource => {
    const type = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
    const resource = load().plugin.resources[type];
    if (!resource) throw new Error(`The package deepcall has no resource of type ${JSON.stringify(type)}.`);
    return resource;
  };

  return {
    handshake: unary(() => new messages.ProviderHandshakeResponse().setAcceptSecrets(true)),
    attach: unary(() => new Empty()),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    getSchema: unary(() => {
      const schema = JSON.parse(readFileSync(join(__dirname, "schema.json"), "utf8")) as object;
      return new messages.GetSchemaResponse().setSchema(JSON.stringify({ ...schema, version }));
    }),
    checkConfig: unary((request) => {
      const { inputs, problems } = load().plugin.settings.check(request.getUrn(), unwrap(request.getNews()));
      return checkResponse(inputs, problems);
    }),
    // Never a replacement: when a resource moves to another provider, the engine compares that one's inputs with these.
    diffConfig: unary((request) => {
      const isSame = JSON.stringify(unwrap(request.getOldInputs())) === JSON.stringify(unwrap(request.getNews()));
      return new messages.DiffResponse().setChanges(isSame ? DiffChanges.DIFF_NONE : DiffChanges.DIFF_SOME);
    }),
    configure: unary((request) => {
      provider = `${request.getUrn() ?? ""}::${request.getId() ?? ""}`;
      load().plugin.settings.configure(request.getUrn() ?? "", unwrap(request.getArgs()));
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),

    check: unary((request) => {
      const { inputs, problems } = resourceOf(request).check({
        urn: request.getUrn(),
        news: unwrap(request.getNews()),
      });
      return checkResponse(inputs, problems);
    }),
    diff: unary(async (request) => {
      const resource = resourceOf(request);
      return diffResponse(await load().run.attempt(() => resource.diff(changeOf(request))));
    }),
    create: unary(async (request) => {
      const resource = resourceOf(request);
      const news = { urn: request.getUrn(), news: unwrap(request.getProperties()) };
      if (request.getPreview()) return new messages.CreateResponse().setProperties(toStruct(resource.plan(news)));
      const { id, outputs } = await load().run.attempt(() => resource.create(news));
      return new messages.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),
    read: unary(async (request) => {
      const resource = resourceOf(request);
      const id = request.getId();
      const [olds, oldInputs] = [unwrap(request.getProperties()), unwrap(request.getInputs())];
      const result = await load().run.attempt(() => resource.read({ urn: request.getUrn(), id, olds, oldInputs }));
      if (!result) return new messages.ReadResponse();
      const { outputs, inputs } = result;
      return new messages.ReadResponse().setId(id).setProperties(toStruct(outputs)).setInputs(toStruct(inputs));
    }),
    update: unary(async (request) => {
      const resource = resourceOf(request);
      const change = changeOf(request);
      const outputs = request.getPreview()
        ? resource.plan(change)
        : await load().run.attempt(() => resource.update(change));
      return new messages.UpdateResponse().setProperties(toStruct(outputs));
    }),
    delete: unary(async (request) => {
      const resource = resourceOf(request);
      const olds = unwrap(request.getProperties());
      await load().run.attempt(() => resource.delete({ urn: request.getUrn(), id: request.getId(), olds }));
      return new Empty();
    }),
    construct: unary(async (request) => {
      const type = request.getType();
      if (type !== pluginGroupsType) throw new Error(`The package deepcall has no component ${JSON.stringify(type)}.`);
      const { constructGroups } = require("./component") as typeof import("./component");
      return load().run.attempt(() => constructGroups(request, provider));
    }),
    invoke: unary(async (request) => {
      const { run, plugin } = load();
      const lookUp = plugin.lookups[request.getTok()];
      if (!lookUp) throw new Error(`The package deepcall has no function ${JSON.stringify(request.getTok())}.`);
      return new messages.InvokeResponse().setReturn(
        toStruct(await run.attempt(() => lookUp(unwrap(request.getArgs())))),
      );
    }),
    cancel: unary(() => {
      created?.run.cancel();
      return new Empty();
    }),
  };
}

const { DiffChanges } = messages.DiffResponse;
const { Kind } = messages.PropertyDiff;
const kinds = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE };
const replacingKinds = { add: Kind.ADD_REPLACE, delete: Kind.DELETE_REPLACE, update: Kind.UPDATE_REPLACE };

function toStruct({ values, secrets }: Unwrapped): Struct {
  return wrap(values, secrets);
}

function changeOf(request: messages.DiffRequest | messages.UpdateRequest): Request {
  return {
    urn: request.getUrn(),
    id: request.getId(),
    olds: unwrap(request.getOlds()),
    news: unwrap(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

/** Without properties, because Pulumi would print the property's value with the reason. */
function checkResponse(inputs: Unwrapped, problems: readonly string[]): messages.CheckResponse {
  const failures = problems.map((reason) => new messages.CheckFailure().setReason(reason));
  return new messages.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures);
}

function diffResponse({ changes, properties, replaces }: ReturnType<PluginResource["diff"]>): messages.DiffResponse {
  const response = new messages.DiffResponse()
    .setChanges(changes ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
    .setReplacesList([...replaces])
    .setDiffsList(properties.map(({ name }) => name))
    .setHasdetaileddiff(true)
    // Names are unique: a replacement could not have the name while its predecessor exists.
    .setDeletebeforereplace(true);
  for (const { name, kind } of properties) {
    const kindOf = replaces.includes(name) ? replacingKinds : kinds;
    // Compared with the outputs, because only they contain what was changed manually.
    response.getDetaileddiffMap().set(name, new messages.PropertyDiff().setKind(kindOf[kind]).setInputdiff(false));
  }
  return response;
}

function unary<Req, Res>(step: (request: Req) => Res | Promise<Res>): handleUnaryCall<Req, Res> {
  return ({ request }, callback) => {
    const run = async (): Promise<Res> => step(request);
    run().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(toServiceError(error));
      },
    );
  };
}

/** What must stay in the state although the method failed is in the details of the gRPC status. */
function toServiceError(error: unknown): Partial<ServiceError> {
  const { message, kept } = error as GroupError;
  const metadata = new Metadata();
  if (kept) {
    const failed = new messages.ErrorResourceInitFailed()
      .setId(kept.id)
      .setProperties(toStruct(kept.state as Unwrapped))
      .setReasonsList([message]);
    const details = new Any();
    details.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const text = new Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([details]);
    metadata.add("grpc-status-details-bin", Buffer.from(text.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, metadata };
}
