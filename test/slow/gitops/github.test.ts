import { join } from "node:path";
import { GitHub, type Outcome } from "./github";
import { Repository } from "./repository";

/** Runs the hourly drift check; `writes` are the commands that changed something. */
async function drift(
  github: GitHub,
  secrets: Record<string, string> = {},
): Promise<Outcome & { writes: string[]; issues: string[] }> {
  github.state = { ...github.state, calls: [] };
  const outcome = await github.run("drift", "drift", secrets);
  const { calls, issues } = github.state;
  return {
    ...outcome,
    writes: calls.filter((call) => !/^issue (list|view)/.test(call)),
    issues: issues.map(({ number, open }) => `#${number} ${open ? "open" : "closed"}`),
  };
}

test("main is previewed, then applied; a failed `up` fails the job and shows the error", async () => {
  const repository = await Repository.create();
  const tsc = join(process.env["E2E_FOLDER"] ?? "", "node_modules/.bin/tsc");
  expect(await repository.stack.execute(tsc, [])).toEqual({ code: 0, output: "" });
  const github = new GitHub(repository);
  const names = () => repository.stack.emulator.groups("7").map(({ name, status }) => `${name}: ${status}`);
  const failed = await github.run("up", "up", { DEEPCALL_TOKEN: "wrong-token" });
  expect(failed.result).toBe("failure");
  expect(failed.summary).toMatch(/^### What `pulumi up` did\n\n( {4}.*\n)+$/);
  expect(failed.log + failed.summary).not.toContain("wrong-token");
  expect(names()).toEqual([]);

  const plan = await github.run("up", "plan");
  expect(plan.result).toBe("success");
  expect(plan.summary).toMatch(/^### What `pulumi up` will do\n\n4 groups to create; 0 unchanged\.[^]*\+ 4 to create/);
  expect(names()).toEqual([]);
  const up = await github.run("up", "up");
  expect(up.result).toBe("success");
  expect(up.summary).toMatch(/\+ 4 created/);
  expect(names().toSorted()).toEqual(["Billing: 1", "Night shift: 0", "Sales: 1", "Support: 1"]);
});

test("one issue reports drift: it is updated with the drift, kept after errors, and closed without drift", async () => {
  const repository = await Repository.create();
  const github = new GitHub(repository);
  const { emulator } = repository.stack;
  const account = emulator.account("7");
  const idOf = (groupName: string) => emulator.groups("7").find(({ name }) => name === groupName)?.id ?? 0;
  await repository.stack.up();
  expect(await drift(github)).toMatchObject({ result: "success", writes: [], issues: [] });

  account.rename(idOf("Sales"), "Selling");
  const opened = await drift(github);
  expect(opened).toMatchObject({ result: "success", writes: ["label create deepcall-drift", "issue create"] });
  expect(opened.summary).toContain("was renamed: `Sales` → `Selling`");
  expect(github.state.issues).toMatchObject([{ open: true, body: opened.summary }]);
  expect(await drift(github)).toMatchObject({ result: "success", writes: [], issues: ["#1 open"] });

  account.add("By hand");
  expect(await drift(github)).toMatchObject({ writes: ["issue edit 1", "issue comment 1"], issues: ["#1 open"] });
  expect(github.state.issues[0]?.body).toContain("`By hand`");

  // Errors fail the job and leave the issue unchanged.
  const failed = { result: "failure", writes: [], issues: ["#1 open"] };
  const refused = await drift(github, { DEEPCALL_TOKEN: "wrong-token" });
  expect(refused).toMatchObject(failed);
  expect(refused.log).toContain("::error::Deepcall refused the credentials.");
  expect(refused.log).not.toContain("wrong-token");
  emulator.faults.add("list:error-before:1015x0");
  const denied = await drift(github);
  expect(denied).toMatchObject(failed);
  expect(denied.log).toContain("::error::The drift check failed.");
  emulator.faults.clear();

  // `up` repairs the declared groups; the other group is deleted manually.
  const plan = await github.run("up", "plan");
  expect(plan.summary).toContain("**Reverts manual changes:**");
  expect(plan.summary).toMatch(/^\| ~ rename \| `Selling` → `Sales` \| id \d+ \|$/m);
  expect((await github.run("up", "up")).result).toBe("success");
  account.remove(idOf("By hand"));
  expect(await drift(github)).toMatchObject({ result: "success", writes: ["issue close 1"], issues: ["#1 closed"] });
});
