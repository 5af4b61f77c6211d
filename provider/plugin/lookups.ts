import type { Group } from "../../client/responses";
import type { Run } from "../lifecycle/run";
import { LookupAccount } from "../lookups/account";
import { checkLookupArguments, type LookupName } from "../lookups/rules";
import type { Unwrapped, Values } from "./values";

export type Lookups = Readonly<Record<string, (args: Unwrapped) => Promise<Unwrapped>>>;

/** The functions of the package. All lookups of a run share one list of the account. */
export function createLookups(run: Run): Lookups {
  let account: LookupAccount | undefined;
  const lookUp =
    (name: LookupName, find: (account: LookupAccount, args: Values, isSecret: boolean) => Promise<Values>) =>
    async ({ values, secrets }: Unwrapped): Promise<Unwrapped> => {
      checkLookupArguments(name, values);
      account ??= new LookupAccount(run.settings, run.retryPolicy);
      const result = await find(account, values, secrets.size > 0);
      return { values: result, secrets: new Set(secrets.size > 0 ? Object.keys(result) : []) };
    };
  return {
    "deepcall:index:getGroup": lookUp("getGroup", async (account, { name, id }, isSecret) =>
      toResult(await account.group(typeof name === "string" ? { name } : { id: Number(id) }, isSecret)),
    ),
    "deepcall:index:getGroups": lookUp("getGroups", async (account, args) => ({
      groups: (await account.groups(args)).map(toResult),
    })),
  };
}

function toResult({ id, name, active }: Group): Values {
  return { id: `${id}`, groupId: id, name, ...(active !== undefined && { active }) };
}
