import { readFileSync } from "node:fs";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";

/** Deepcall's error codes. The HTTP status is the one sent under the option `errorHttpStatus`. */
const apiErrors: Record<number, { message: string; httpStatus: ContentfulStatusCode }> = {
  1000: { message: "Invalid parameters", httpStatus: 400 },
  1001: { message: "Invalid data type", httpStatus: 400 },
  1002: { message: "UserId not provided", httpStatus: 400 },
  1003: { message: "AgentId does not exist", httpStatus: 400 },
  1009: { message: "Something went wrong", httpStatus: 500 },
  1010: { message: "Error in DB connect", httpStatus: 500 },
  1012: { message: "No data found", httpStatus: 404 },
  1014: { message: "Invalid or expired token", httpStatus: 401 },
  1015: { message: "Permission denied", httpStatus: 403 },
  1020: { message: "Token not found", httpStatus: 401 },
  1032: { message: "Internal server error", httpStatus: 500 },
  1039: { message: "User account suspended", httpStatus: 403 },
  1047: { message: "Invalid request data", httpStatus: 400 },
  1501: { message: "The 'Name' field was not provided", httpStatus: 400 },
  1502: { message: "GroupId is required", httpStatus: 400 },
  1503: { message: "Group not found or not authorized", httpStatus: 404 },
  1507: { message: "Invalid agent id", httpStatus: 400 },
};

/** An error that the API reports to its client. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly httpStatus: ContentfulStatusCode;

  /**
   * @param code Deepcall's error code, which may be an undocumented one
   * @param httpStatus default: the status in the table
   */
  constructor(
    readonly code: number,
    httpStatus?: ContentfulStatusCode,
  ) {
    const known = apiErrors[code];
    super(known?.message ?? `Error ${code}`);
    this.httpStatus = httpStatus ?? known?.httpStatus ?? 500;
  }
}

/** A setting, seed, file or control request is invalid. The message is one line. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

/** Reports every invalid property of `source` in one line. */
export function validationError(source: string, error: z.ZodError): SetupError {
  const problems = error.issues.map(({ path, message }) => {
    const property = z.core.toDotPath(path);
    return property === "" ? message : `${property}: ${message}`;
  });
  return new SetupError(`${source}: ${problems.join("; ")}`);
}

/** Reads a file that the user names. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw fileError(file, error);
  }
}

export function fileError(file: string, error: unknown): SetupError {
  // Not `instanceof Error`, which fails for errors of another realm, as under Jest.
  const { message } = error as Error;
  return new SetupError(`${file}: ${error instanceof SyntaxError ? "must be valid JSON: " : ""}${message}`);
}
