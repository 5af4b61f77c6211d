/**
 * What the codes of the Group API mean. Codes below 1100 are shared by all v2 APIs; those from 1500 on mean
 * something else in each API, so this table serves the Group API alone.
 */
const meanings: Readonly<Record<number, string>> = {
  1000: "invalid parameters or failed authentication",
  1001: "invalid data type",
  1002: "userId not provided",
  1009: "something went wrong",
  1010: "no connection to its database",
  1014: "invalid or expired token",
  1015: "permission denied",
  1020: "token not found",
  1032: "internal server error",
  1039: "user account suspended",
  1047: "invalid request data",
  1501: "the name was not provided",
  1502: "groupId is required",
  1503: "group not found or not authorized",
};

/** The documented meaning of a code of the Group API; empty where there is none. */
export function meaningOf(code: number): string {
  return meanings[code] ?? "";
}
