export { DeepcallGroup, type DeepcallGroupArgs } from "./group";
export { DeepcallProvider, type DeepcallProviderArgs } from "./deepcall-provider";
export { DeepcallGroups, type DeepcallGroupsArgs, type GroupOutputs } from "./groups";
export type { OnNameConflict } from "./state-contract";
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
  NameTakenError,
  OtherAccountError,
  ResourceError,
  SharedGroupError,
  UnfinishedGroupError,
} from "./lifecycle/errors";
