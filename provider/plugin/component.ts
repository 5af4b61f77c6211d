import { credentials } from "@grpc/grpc-js";
import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  type RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { readGroupsFile } from "../groups-file/read";
import type { GroupEntry } from "../groups-file/schema";
import { GroupsError, ResourceError } from "../model/errors";
import { groupArguments } from "../model/group-arguments";
import { unknownValue } from "../model/resource";
import {
  agentsType,
  groupsType,
  groupType,
  pluginAgentsType,
  pluginGroupsType,
  pluginGroupType,
} from "../state-contract";
import { unwrap, wrap, type Values } from "./values";

/**
 * Declares the groups of a file as children of a component, under the names and with the options that the class
 * `DeepcallGroups` of TypeScript programs gives them. It calls the engine directly: Pulumi's SDK takes half a second to load.
 *
 * @param provider - the reference to the provider of this process.
 */
export async function constructGroups(request: ConstructRequest, provider: string): Promise<ConstructResponse> {
  const component = request.getName();
  assertSupported(request);
  const groups = readGroups(component, unwrap(request.getInputs()).values);
  const options = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const monitor = new ResourceMonitorClient(request.getMonitorendpoint(), credentials.createInsecure(), options);
  const register = async (message: RegisterResourceRequest): Promise<RegisterResourceResponse> =>
    new Promise((resolve, reject) => {
      monitor.registerResource(message, (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });

  try {
    const parent = newResource(pluginGroupsType, groupsType, component, request.getParent());
    parent.setAliasesList([...parent.getAliasesList(), ...request.getAliasesList()]);
    parent.setDependenciesList(request.getDependenciesList());
    request.getProvidersMap().forEach((reference, name) => parent.getProvidersMap().set(name, reference));
    const urn = (await register(parent)).getUrn();

    const newChild = (name: string, entry: GroupEntry, properties: Values, type: "group" | "agents") => {
      const [own, earlier] = type === "group" ? [pluginGroupType, groupType] : [pluginAgentsType, agentsType];
      const isOwn = (path: string): boolean => path === "*" || path.startsWith("agents") === (type === "agents");
      const ignored = [...request.getIgnorechangesList(), ...(entry.ignoreChanges ?? [])].filter(isOwn);
      const replaced = request.getReplaceonchangesList().filter(isOwn);
      const protect = entry.protect ?? request.getProtect();
      const retainOnDelete = entry.retainOnDelete ?? request.getRetainondelete();
      const child = newResource(own, earlier, name, urn)
        .setCustom(true)
        .setObject(wrap(properties))
        .setProvider(request.getProvidersMap().get("deepcall") ?? provider)
        .setDependenciesList(request.getDependenciesList())
        .setIgnorechangesList([...new Set(ignored)])
        .setReplaceonchangesList(replaced);
      if (protect !== undefined) child.setProtect(protect);
      if (retainOnDelete !== undefined) child.setRetainondelete(retainOnDelete);
      return child;
    };
    const children = Object.entries(groups).map(async ([key, entry]): Promise<[string, unknown]> => {
      const { name: requestedName = key, agents } = entry;
      const name = `${component}/${key}`;
      const created = await register(
        newChild(name, entry, { ...pick(entry, groupArguments), name: requestedName }, "group"),
      );
      // A state of the class has no output `groupId`.
      const groupId = created.getId() === "" ? unknownValue : Number(created.getId());
      if (agents) {
        const properties = { groupId, ...pick(entry, ["agents", "otherAgents", "removeExisting"]) };
        const child = newChild(`${name}/agents`, entry, properties, "agents");
        child.addDependencies(created.getUrn());
        const dependencies = new RegisterResourceRequest.PropertyDependencies().setUrnsList([created.getUrn()]);
        child.getPropertydependenciesMap().set("groupId", dependencies);
        await register(child);
      }
      const outputs = (created.getObject()?.toJavaScript() ?? {}) as Values;
      return [key, { groupId, ...Object.fromEntries(shown.map((name) => [name, outputs[name] ?? unknownValue])) }];
    });
    // After a failure, too: closing the connection would cancel what is still running.
    await Promise.allSettled(children);
    const outputs = wrap({ groups: Object.fromEntries(await Promise.all(children)) });
    await new Promise<void>((resolve, reject) => {
      monitor.registerResourceOutputs(
        new RegisterResourceOutputsRequest().setUrn(urn).setOutputs(outputs),
        (error: Error | null) => {
          if (error) reject(error);
          else resolve();
        },
      );
    });
    return new ConstructResponse().setUrn(urn).setState(outputs);
  } finally {
    monitor.close();
  }
}

const shown = ["name", "requestedName", "active"] as const;

/** @param earlierType - the one of the classes of the npm package: a stack can move to the plugin. */
function newResource(type: string, earlierType: string, name: string, parent: string): RegisterResourceRequest {
  return new RegisterResourceRequest()
    .setType(type)
    .setName(name)
    .setParent(parent)
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSupportspartialvalues(true)
    .setAliasspecs(true)
    .setAliasesList([new Alias().setSpec(new Alias.Spec().setType(earlierType))]);
}

/** These would silently have no effect. */
function assertSupported(request: ConstructRequest): void {
  const given = {
    additionalSecretOutputs: request.getAdditionalsecretoutputsList().length > 0,
    deleteBeforeReplace: request.getDeletebeforereplace() === true,
    deletedWith: request.getDeletedwith() !== "",
    replacementTrigger: request.getReplacementTrigger() !== undefined,
    replaceWith: request.getReplaceWithList().length > 0,
  };
  for (const [option, isGiven] of Object.entries(given))
    if (isGiven)
      throw new ResourceError(
        `Groups ${JSON.stringify(request.getName())}: the option ${option} is not supported for the groups of a file. Declare the group as a Group instead. Nothing was changed.`,
      );
}

function readGroups(component: string, { file, ...rest }: Values): Readonly<Record<string, GroupEntry>> {
  const subject = `Groups ${JSON.stringify(component)}`;
  const [unknownName] = Object.keys(rest);
  if (unknownName !== undefined)
    throw new ResourceError(`${subject}: unknown property ${unknownName}; it has file. Nothing was changed.`);
  if (typeof file !== "string" || file === unknownValue)
    throw new ResourceError(`${subject}: file must be a path that is known in previews. Nothing was changed.`);
  const { groups, problems, warnings } = readGroupsFile(file);
  if (problems.length > 0) throw new GroupsError(`${subject}: ${file} is not valid. Nothing was changed.`, problems);
  for (const warning of warnings) process.stderr.write(`deepcall: ${warning}\n`);
  return groups;
}

function pick(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
