import pulumi
import pulumi_deepcall as deepcall


def child(kind: str, name: str) -> pulumi.ResourceOptions:
    """The options of a resource that was a child of a DeepcallGroups."""
    stack, project = pulumi.get_stack(), pulumi.get_project()
    parent = "pulumi-deepcall:index:DeepcallGroups"
    urn = f"urn:pulumi:{stack}::{project}::{parent}$pulumi-nodejs:dynamic/deepcall:{kind}::{name}"
    return pulumi.ResourceOptions(aliases=[urn])


deepcall.Group("support", name="Support")
deepcall.Group("hush", name=pulumi.Output.secret("Hush"), active=False)
sales = deepcall.Group("groups/sales", name="Sales", opts=child("Group", "groups/sales"))
deepcall.GroupAgents(
    "groups/sales/agents",
    group_id=sales.id.apply(int),
    agents=[{"id": "1001"}],
    opts=child("GroupAgents", "groups/sales/agents"),
)
