import { createHash } from "node:crypto";
import type { Resource } from "@pulumi/pulumi";

/**
 * The input that tells a resource apart from those that have the same name under other parents. The engine does not tell
 * dynamic providers the URN.
 */
export function parentInput(parent: Resource | undefined) {
  // Not an output: a child would depend on its component, which depends on its children.
  return (
    parent && {
      __parent: new Promise<string | undefined>((resolve) =>
        parent.urn.apply((urn) => {
          resolve(parentKey(urn));
        }),
      ),
    }
  );
}

/** What identifies a parent in a stack: its types and its name, shortened. */
function parentKey(urn: string): string | undefined {
  const [, , type = "", ...name] = urn.split("::");
  if (type === "pulumi:pulumi:Stack") return undefined;
  return createHash("sha256")
    .update([type, ...name].join("::"))
    .digest("hex")
    .slice(0, 8);
}
