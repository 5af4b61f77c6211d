import { DeepcallGroups } from "pulumi-deepcall";

// Protected: taking a group out of the file fails instead of deleting it with its agents.
const groups = new DeepcallGroups("groups", { file: "groups.yaml" }, { protect: true });

export const outputs = groups.outputs;
