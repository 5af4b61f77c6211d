import { DeepcallGroups } from "pulumi-deepcall";

// protect: if a group is removed from the file, the preview fails, and `up` does not delete the group. An entry with
// `protect: false` is exempt.
new DeepcallGroups("groups", { file: "groups.yaml" }, { protect: true });
