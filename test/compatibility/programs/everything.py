import pulumi
import pulumi_deepcall as deepcall


def ignore_names(args: pulumi.ResourceTransformArgs):
    if args.name != "sales":
        return None
    return pulumi.ResourceTransformResult(
        props=args.props,
        opts=pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(ignore_changes=["name"])),
    )


pulumi.runtime.register_resource_transform(ignore_names)
config = pulumi.Config()
other = deepcall.Provider(
    "other", base_url=config.require("url"), user_id="8", token=config.require_secret("otherToken")
)
deepcall.Group("elsewhere", name="Shared", opts=pulumi.ResourceOptions(provider=other))
hush = deepcall.Group("hush", name=pulumi.Output.secret("Hush"))
deepcall.GroupAgents(
    "hush-agents",
    group_id=hush.group_id,
    agents=[{"id": "1001"}, deepcall.AgentArgs(id="1002", receives_calls=False)],
    other_agents=deepcall.OtherAgents.REMOVE,
)
numbered = deepcall.Group("numbered", name="Shared")
deepcall.Group("old", name="Old", on_name_conflict=deepcall.OnNameConflict.ADOPT)
deepcall.Group("imported", name="Imported", opts=pulumi.ResourceOptions(import_="3"))
deepcall.Group("night", name="Night shift", active=False)
deepcall.Group("lost", name="Lost", opts=pulumi.ResourceOptions(delete_before_replace=True))
deepcall.Group("sales", name="Sales")
deepcall.Group("line", name="Line", active=True, opts=pulumi.ResourceOptions(replace_on_changes=["active"]))
pulumi.export("shared", deepcall.get_group(name="Shared").group_id)
pulumi.export("found", deepcall.get_groups_output(name_contains="shared").groups[0].name)
pulumi.export("numbered", numbered.name)
