import { DeepcallGroups } from "pulumi-deepcall";

// Protected: a group that is taken out of the file fails the preview, instead of being deleted with all its agents.
new DeepcallGroups("groups", { file: "groups.yaml" }, { protect: true });
