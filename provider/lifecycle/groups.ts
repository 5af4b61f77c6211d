import { groupDifferences, type GroupInputs, type GroupState, type PlannedInputs } from "../model/group";
import { toRequest } from "../model/name-conflict";
import type { Self } from "../model/resource";
import { checkGroupArguments } from "../model/group-arguments";
import { createGroup } from "./create";
import { deleteGroup } from "./delete";
import { assertGroupId } from "./group-id";
import type { Lifecycle } from "./lifecycle";
import { readGroup } from "./read";
import type { Run } from "./run";
import { updateGroup } from "./update";

/** What a `DeepcallGroup` does in one run. */
export function groupLifecycle(run: Run): Lifecycle<GroupInputs, GroupState, PlannedInputs> {
  /** Of this run, by id. A resource that wants the name of another one starts its update early. */
  const updates = new Map<string, Promise<GroupState>>();
  const update = (id: string, state: GroupState, inputs: GroupInputs, self: Self): Promise<GroupState> => {
    const running = updates.get(id) ?? updateGroup(run.context, run.renames, id, state, inputs, self);
    updates.set(id, running);
    return running;
  };

  return {
    check(given, self) {
      const checked = checkGroupArguments(given, self);
      if (checked.inputs) {
        run.groups.declare(self, checked.inputs);
        run.renames.declare(self, checked.inputs);
      }
      return checked;
    },
    diff(id, state, inputs, self) {
      const properties = groupDifferences(state, inputs, self, run.userId);
      if (run.groups.hold(id, self, state.key, inputs))
        run.renames.register(Number(id), self, {
          name: state.name,
          rename: properties.includes("name") ? { ...toRequest(inputs), id: Number(id) } : undefined,
          update: async () => update(id, state, inputs as GroupInputs, self),
        });
      return { properties };
    },
    create: async (inputs, self) => createGroup(run.context, run, inputs, self),
    read: async (id, state, self) => readGroup(run.context, assertGroupId(id), state, self),
    update: async (id, state, inputs, self) => update(assertGroupId(id), state, inputs, self),
    delete: async (id, state, self) => deleteGroup(run.context, run, assertGroupId(id), state, self),
  };
}
