package main

import (
	"context"
	"errors"

	"example.com/pulumi-deepcall/sdk/go/deepcall"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func ignoreNames(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	if args.Name != "sales" {
		return nil
	}
	args.Opts.IgnoreChanges = append(args.Opts.IgnoreChanges, "name")
	return &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		if err := ctx.RegisterResourceTransform(ignoreNames); err != nil {
			return err
		}
		other, err := deepcall.NewProvider(ctx, "other", &deepcall.ProviderArgs{
			BaseUrl: pulumi.String(config.New(ctx, "").Require("url")),
			UserId:  pulumi.String("8"),
			Token:   config.New(ctx, "").RequireSecret("otherToken"),
		})
		if err != nil {
			return err
		}
		_, err0 := deepcall.NewGroup(ctx, "elsewhere", &deepcall.GroupArgs{Name: pulumi.String("Shared")}, pulumi.Provider(other))
		hush, err := deepcall.NewGroup(ctx, "hush", &deepcall.GroupArgs{
			Name: pulumi.ToSecret(pulumi.String("Hush")).(pulumi.StringOutput),
		})
		if err != nil {
			return err
		}
		_, err1 := deepcall.NewGroupAgents(ctx, "hush-agents", &deepcall.GroupAgentsArgs{
			GroupId: hush.GroupId,
			Agents: deepcall.AgentArray{
				deepcall.AgentArgs{Id: pulumi.String("1001")},
				deepcall.AgentArgs{Id: pulumi.String("1002"), ReceivesCalls: pulumi.Bool(false)},
			},
			OtherAgents: deepcall.OtherAgentsRemove,
		})
		numbered, err2 := deepcall.NewGroup(ctx, "numbered", &deepcall.GroupArgs{Name: pulumi.String("Shared")})
		_, err3 := deepcall.NewGroup(ctx, "old", &deepcall.GroupArgs{
			Name:           pulumi.String("Old"),
			OnNameConflict: deepcall.OnNameConflictAdopt,
		})
		_, err4 := deepcall.NewGroup(ctx, "imported", &deepcall.GroupArgs{Name: pulumi.String("Imported")}, pulumi.Import(pulumi.ID("3")))
		_, err5 := deepcall.NewGroup(ctx, "night", &deepcall.GroupArgs{Name: pulumi.String("Night shift"), Active: pulumi.Bool(false)})
		_, err6 := deepcall.NewGroup(ctx, "lost", &deepcall.GroupArgs{Name: pulumi.String("Lost")}, pulumi.DeleteBeforeReplace(true))
		_, err7 := deepcall.NewGroup(ctx, "sales", &deepcall.GroupArgs{Name: pulumi.String("Sales")})
		_, err8 := deepcall.NewGroup(ctx, "line", &deepcall.GroupArgs{Name: pulumi.String("Line"), Active: pulumi.Bool(true)}, pulumi.ReplaceOnChanges([]string{"active"}))
		if err := errors.Join(err0, err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
			return err
		}
		name := "Shared"
		shared, err := deepcall.LookupGroup(ctx, &deepcall.LookupGroupArgs{Name: &name})
		if err != nil {
			return err
		}
		found := deepcall.GetGroupsOutput(ctx, deepcall.GetGroupsOutputArgs{NameContains: pulumi.String("shared")})
		ctx.Export("shared", pulumi.Int(shared.GroupId))
		ctx.Export("found", found.Groups().Index(pulumi.Int(0)).Name())
		ctx.Export("numbered", numbered.Name)
		return nil
	})
}
