const pulumi = require("@pulumi/pulumi");
const deepcall = require("@pulumi/deepcall");

/** The options of a resource that was a child of a DeepcallGroups. */
const child = (type, name) => ({
  aliases: [
    `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::pulumi-deepcall:index:DeepcallGroups$pulumi-nodejs:dynamic/deepcall:${type}::${name}`,
  ],
});

new deepcall.Group("support", { name: "Support" });
new deepcall.Group("hush", { name: pulumi.secret("Hush"), active: false });
const sales = new deepcall.Group("groups/sales", { name: "Sales" }, child("Group", "groups/sales"));
new deepcall.GroupAgents(
  "groups/sales/agents",
  { groupId: sales.id.apply(Number), agents: [{ id: "1001" }] },
  child("GroupAgents", "groups/sales/agents"),
);
