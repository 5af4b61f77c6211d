import { DeepcallGroups } from "pulumi-deepcall";

// `npx pulumi-deepcall export --out groups.yaml --import import.json` writes the file, and one that imports its groups.
// retainOnDelete: if an entry is removed from the file, its group stays in Deepcall, with its agents.
const account = new DeepcallGroups("groups", { file: "groups.yaml" }, { retainOnDelete: true });

// Each group's name and id, by key.
export const groups = account.outputs;
