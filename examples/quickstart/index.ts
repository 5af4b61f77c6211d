import { DeepcallGroup } from "pulumi-deepcall";

const team = {
  support: new DeepcallGroup("support", { name: "Support" }),
  sales: new DeepcallGroup("sales", { name: "Sales" }),
  billing: new DeepcallGroup("billing", { name: "Billing" }),
  // An inactive group exists, but receives no calls.
  nightShift: new DeepcallGroup("night-shift", { name: "Night shift", active: false }),
};

// Names are outputs, because Deepcall appends a number if a name is taken: "Support1".
export const groups = Object.fromEntries(
  Object.entries(team).map(([key, { name, groupId }]) => [key, { name, groupId }]),
);
