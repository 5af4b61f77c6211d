/** The resource that a method is called for. */
export interface Self {
  /** Its name in the program, for messages. */
  readonly resource: string;
  /** Distinguishes it from all other resources of its type in the stack. */
  readonly identity: string;
  /** The name of its `DeepcallProvider`; empty for the default account. */
  readonly account: string;
  /** The properties whose changes are ignored. */
  readonly ignored: readonly IgnoredProperty[];
}

/** The properties whose manual changes a resource can ignore. */
export type IgnoredProperty = (typeof ignoredProperties)[number];
export const ignoredProperties = ["name", "active", "agents"] as const;

/** What Pulumi's engine passes, in every language, for a value that is unknown in a preview. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export type Unknown = typeof unknownValue;

/** Replaces the type of each property by one that may be unknown in a preview. */
export type MaybeUnknown<T> = { readonly [Key in keyof T]: T[Key] | Unknown };
