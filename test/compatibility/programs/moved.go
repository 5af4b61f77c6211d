package main

import (
	"errors"
	"fmt"
	"strconv"

	"example.com/pulumi-deepcall/sdk/go/deepcall"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// The options of a resource that was a child of a DeepcallGroups.
		child := func(kind, name string) pulumi.ResourceOption {
			parent := "pulumi-deepcall:index:DeepcallGroups"
			urn := fmt.Sprintf("urn:pulumi:%s::%s::%s$pulumi-nodejs:dynamic/deepcall:%s::%s", ctx.Stack(), ctx.Project(), parent, kind, name)
			return pulumi.Aliases([]pulumi.Alias{{URN: pulumi.URN(urn)}})
		}
		_, err1 := deepcall.NewGroup(ctx, "support", &deepcall.GroupArgs{Name: pulumi.String("Support")})
		_, err2 := deepcall.NewGroup(ctx, "hush", &deepcall.GroupArgs{
			Name:   pulumi.ToSecret(pulumi.String("Hush")).(pulumi.StringOutput),
			Active: pulumi.Bool(false),
		})
		sales, err := deepcall.NewGroup(ctx, "groups/sales", &deepcall.GroupArgs{Name: pulumi.String("Sales")}, child("Group", "groups/sales"))
		if err != nil {
			return err
		}
		_, err3 := deepcall.NewGroupAgents(ctx, "groups/sales/agents", &deepcall.GroupAgentsArgs{
			GroupId: sales.ID().ToStringOutput().ApplyT(strconv.Atoi).(pulumi.IntOutput),
			Agents:  deepcall.AgentArray{deepcall.AgentArgs{Id: pulumi.String("1001")}},
		}, child("GroupAgents", "groups/sales/agents"))
		return errors.Join(err1, err2, err3)
	})
}
