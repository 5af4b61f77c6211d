// Makes `pulumi-deepcall` importable from the repository's own examples, as it is in a user's repository:
// node_modules/pulumi-deepcall points at this folder. npm removes the link at every install; the build puts it back.
import { mkdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const link = fileURLToPath(new URL("../node_modules/pulumi-deepcall", import.meta.url));

export function linkSelf() {
  // A link that is right stays untouched: something else may be running on it.
  if (isRight()) return;
  mkdirSync(fileURLToPath(new URL("../node_modules", import.meta.url)), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(root, link, "junction");
}

function isRight() {
  try {
    return realpathSync(link) === realpathSync(root);
  } catch {
    return false;
  }
}
