/**
 * Everything that a program can import from `pulumi-deepcall`:
 *
 * - [Resources](#resources) and their arguments: {@link DeepcallGroup}, {@link DeepcallGroups}, {@link DeepcallGroupAgents},
 *   {@link DeepcallProvider}
 * - [Lookups](#lookups): {@link getGroup}, {@link getGroupOutput}, {@link getGroups}, {@link getGroupsOutput}
 * - [Errors](#errors): {@link DeepcallError} and its subclasses
 *
 * "Group API" refers to Deepcall's documentation, V2.0, and names the page there that describes a call or a field. This page
 * is generated from the docstrings in the source (`npm run docs`).
 *
 * @packageDocumentation
 */

import "./require-node";
export { DeepcallGroup, type DeepcallGroupArgs } from "./group";
export { DeepcallProvider, type DeepcallProviderArgs } from "./deepcall-provider";
export {
  DeepcallGroupAgents,
  type AssignedGroupAgent,
  type DeepcallGroupAgentsArgs,
  type GroupAgent,
  type GroupAgentArgs,
} from "./group-agents";
export {
  DeepcallGroups,
  type DeepcallGroupsArgs,
  type DeepcallGroupsSource,
  type GroupEntryArgs,
  type GroupEntryOptions,
  type GroupOutputs,
} from "./groups";
export {
  getGroup,
  getGroupOutput,
  getGroups,
  getGroupsOutput,
  type GetGroupArgs,
  type GetGroupOutputArgs,
  type GetGroupResult,
  type GetGroupsArgs,
  type GetGroupsOutputArgs,
  type LookupOptions,
} from "./lookups";
export type { OtherAgents } from "./model/agents";
export type { OnNameConflict } from "./model/group";
export {
  DeepcallError,
  SettingsError,
  CallError,
  ConnectionError,
  TimeoutError,
  AnswerError,
  RateLimitError,
  ApiError,
  AuthenticationError,
  PermissionError,
  NotFoundError,
  type ApiOperation,
  type Outcome,
} from "../client/errors";
export { ResourceError, GroupsError, LookupError, GroupError } from "./model/errors";
