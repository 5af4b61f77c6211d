/** Stands where a credential stood. */
export const redactedText = "[redacted]";

/** Shorter texts are no secrets, and would tear ordinary words and ids apart. */
const shortest = 4;

/** Takes the credentials out of a text, or out of all strings and keys of a value. */
export type Redact = <T>(value: T) => T;

/**
 * Makes the one function through which everything passes that comes back from the network: it takes every
 * occurrence of a credential out of a text, or out of all strings and keys of a parsed answer.
 */
export function createRedact(secrets: readonly string[]): Redact {
  const needles = secrets
    .filter((secret) => secret.length >= shortest)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);

  const text = (value: string): string =>
    needles.reduce((result, needle) => result.replaceAll(needle, redactedText), value);

  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(deep);
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), deep(item)]));
    return value;
  };

  return <T>(value: T) => deep(value) as T;
}
