/** The replacement for a credential. */
export const redactedText = "[redacted]";

/** Shorter values are not secret, and replacing them would damage ordinary words and ids. */
const minimumLength = 4;

/** Removes the credentials from a text, or from all strings and keys of a value. */
export type Redact = <T>(value: T) => T;

/** Creates the function that all data from the network passes before any other code reads it. */
export function createRedact(secrets: readonly string[]): Redact {
  const encodedSecrets = secrets
    .filter((secret) => secret.length >= minimumLength)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);

  const redactText = (text: string): string =>
    encodedSecrets.reduce((result, encoded) => result.replaceAll(encoded, redactedText), text);

  const redact = (value: unknown): unknown => {
    if (typeof value === "string") return redactText(value);
    if (Array.isArray(value)) return value.map(redact);
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [redactText(key), redact(item)]));
    return value;
  };

  return <T>(value: T) => redact(value) as T;
}
