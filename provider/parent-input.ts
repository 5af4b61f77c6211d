import type { Resource } from "@pulumi/pulumi";
import { parentKey } from "./state-contract";

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
          resolve(keyOf(urn));
        }),
      ),
    }
  );
}

function keyOf(urn: string): string | undefined {
  const [, , type = "", ...name] = urn.split("::");
  return type === "pulumi:pulumi:Stack" ? undefined : parentKey(type, name.join("::"));
}
