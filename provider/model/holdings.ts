/** What a resource in a stack's state has in Deepcall. */
export interface Holding {
  /** The resource's name in the program. */
  readonly resource: string;
  readonly urn: string;
  readonly kind: "group" | "agents";
  /** The name of its explicit provider; `null` for the default account. */
  readonly provider: string | null;
  /** The id of the group. */
  readonly id: string;
  /** Distinguishes resources that declare the same group; empty in states of earlier versions. */
  readonly key: string;
  /** The ids of the agents that it lists; `undefined` for a group, or if they are secret. */
  readonly agents: readonly string[] | undefined;
}

/** Whether two resources have one group, or its agents: the deletion of one takes from the other what it manages. */
export function isShared(one: Holding, other: Holding): boolean {
  return one !== other && one.kind === other.kind && one.provider === other.provider && one.id === other.id;
}

/** What identifies a resource in the state of its stack. */
export type Held = Pick<Holding, "kind" | "id" | "key">;

export function isSame({ kind, id, key }: Held, other: Held): boolean {
  return kind === other.kind && id === other.id && key === other.key;
}
