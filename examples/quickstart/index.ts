import { DeepcallGroup } from "pulumi-deepcall";

const team = {
  support: new DeepcallGroup("support", { name: "Support" }),
  sales: new DeepcallGroup("sales", { name: "Sales" }),
  billing: new DeepcallGroup("billing", { name: "Billing" }),
  // Exists, but takes no calls.
  nightShift: new DeepcallGroup("night-shift", { name: "Night shift", active: false }),
};

// Names are outputs: where somebody else has a group "Support" already, Deepcall calls ours "Support1".
export const groups = Object.fromEntries(
  Object.entries(team).map(([key, { name, groupId }]) => [key, { name, groupId }]),
);
