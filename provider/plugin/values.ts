import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { unknownValue } from "../model/resource";

/*
 * How Pulumi's engine passes values: secrets and outputs are objects with a signature, and an unknown value is a text. Nothing
 * else of the plugin knows these forms.
 */

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export type Values = Readonly<Record<string, unknown>>;

/** The properties of a resource without wrappers, and the names of those that contain a secret. */
export interface Unwrapped {
  readonly values: Values;
  readonly secrets: ReadonlySet<string>;
}

/** A property that is null counts as not given. */
export function unwrap(struct: Struct | undefined): Unwrapped {
  const values: Record<string, unknown> = {};
  const secrets = new Set<string>();
  for (const [key, wrapped] of Object.entries(struct?.toJavaScript() ?? {})) {
    const value = unwrapValue(wrapped, () => secrets.add(key));
    if (value !== null) values[key] = value;
  }
  return { values, secrets };
}

function unwrapValue(value: unknown, onSecret: () => void): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => unwrapValue(item, onSecret));
  const fields = value as Values;
  const signature = fields[signatureKey];
  if (signature === secretSignature || (signature === outputSignature && fields["secret"] === true)) onSecret();
  // An output without a value is not known yet.
  if (signature === outputSignature && fields["value"] === undefined) return unknownValue;
  if (signature === secretSignature || signature === outputSignature) return unwrapValue(fields["value"], onSecret);
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, unwrapValue(item, onSecret)]));
}

/** @param secrets - the names of the properties that are secret. */
export function wrap(values: Values, secrets: ReadonlySet<string> = new Set()): Struct {
  const wrapped = Object.entries(values).map(([key, value]): [string, unknown] => [
    key,
    secrets.has(key) ? { [signatureKey]: secretSignature, value } : value,
  ]);
  return Struct.fromJavaScript(Object.fromEntries(wrapped) as Record<string, JavaScriptValue>);
}
