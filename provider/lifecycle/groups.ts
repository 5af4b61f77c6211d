import { groupDifferences, type GroupInputs, type GroupState, type PlannedInputs } from "../model/group";
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
  return {
    check(given, self) {
      const checked = checkGroupArguments(given, self);
      if (checked.inputs) run.groups.declare(self, checked.inputs);
      return checked;
    },
    diff(id, state, inputs, self) {
      run.groups.hold(id, self, state.key, inputs);
      return { properties: groupDifferences(state, inputs, self, run.userId) };
    },
    create: async (inputs, self) => createGroup(run.context, run.groups, inputs, self),
    read: async (id, state, self) => readGroup(run.context, assertGroupId(id), state, self),
    update: async (id, state, inputs, self) => updateGroup(run.context, assertGroupId(id), state, inputs, self),
    delete: async (id, state, self) => deleteGroup(run.context, run.groups, assertGroupId(id), state, self),
  };
}
