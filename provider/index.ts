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
export { DeepcallGroups, type DeepcallGroupsArgs, type GroupEntryArgs, type GroupOutputs } from "./groups";
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
export type { OnNameConflict, OtherAgents } from "./state-contract";
export {
  ApiError,
  AnswerError,
  AuthenticationError,
  CallError,
  ConnectionError,
  DeepcallError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  SettingsError,
  TimeoutError,
  type ApiOperation,
  type Outcome,
} from "../client/errors";
export {
  GroupError,
  GroupGoneError,
  GroupHasAgentsError,
  GroupsError,
  LookupError,
  NameTakenError,
  OtherAccountError,
  ResourceError,
  SharedGroupError,
  UnfinishedGroupError,
} from "./lifecycle/errors";
