import { removePulumiOptions } from "../../../cli/preview/stack";

test("of the options in the environment, only those that decide with what a stack is run remain", () => {
  const used = {
    PULUMI_OPTION_REFRESH: "true",
    PULUMI_OPTION_CONFIG_FILE: "x",
    PULUMI_OPTION_POLICY_PACK: "p",
    PATH: "/",
  };
  const env = {
    ...used,
    PULUMI_OPTION_TARGET: "urn",
    pulumi_option_exclude: "urn",
    PULUMI_OPTION_TARGET_DEPENDENTS: "",
    PULUMI_OPTION_EXPECT_NO_CHANGES: "true",
    PULUMI_OPTION_SAVE_PLAN: "plan.json",
    PULUMI_OPTION_CWD: "elsewhere",
  };
  expect(removePulumiOptions(env)).toEqual(["PULUMI_OPTION_TARGET", "pulumi_option_exclude"]);
  expect(env).toEqual(used);
});
