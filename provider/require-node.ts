// Imported first by the entries of the program and the plugin, so that an old Node fails here, with a message, and not in a
// dependency.
import { assertNodeVersion } from "../client/node-version";

assertNodeVersion();
