import { DeepcallGroups } from "pulumi-deepcall";

// The file comes from `npx pulumi-deepcall export --out groups.yaml`.
// retainOnDelete: an entry that goes from the file leaves the program only; its group stays in Deepcall, with its agents.
const account = new DeepcallGroups("groups", { file: "groups.yaml" }, { retainOnDelete: true });

// The name and the id of each group, by its key.
export const groups = account.outputs;
