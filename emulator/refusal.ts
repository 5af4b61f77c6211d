import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What an error tells. */
export interface ErrorAnswer {
  readonly code: number;
  readonly message: string;
  /** What the answer carries under `errorHttpStatus`. */
  readonly httpStatus: ContentfulStatusCode;
}

const refusals = {
  1000: { message: "Invalid parameters", httpStatus: 400 },
  1001: { message: "Invalid data type", httpStatus: 400 },
  1014: { message: "Invalid or expired token", httpStatus: 401 },
  1020: { message: "Token not found", httpStatus: 401 },
  1032: { message: "Internal server error", httpStatus: 500 },
  1047: { message: "Invalid request data", httpStatus: 400 },
  1501: { message: "The 'Name' field was not provided", httpStatus: 400 },
  1502: { message: "GroupId is required", httpStatus: 400 },
  1503: { message: "Group not found or not authorized", httpStatus: 404 },
} as const satisfies Record<number, { message: string; httpStatus: ContentfulStatusCode }>;

/** The error codes that the emulator answers with. */
export type RefusalCode = keyof typeof refusals;

// The codes that only faults answer with.
const accidents: Record<number, Omit<ErrorAnswer, "code">> = {
  1002: { message: "UserId not provided", httpStatus: 400 },
  1009: { message: "Something went wrong", httpStatus: 500 },
  1010: { message: "Error in DB connect", httpStatus: 500 },
  1015: { message: "Permission denied", httpStatus: 403 },
  1039: { message: "User account suspended", httpStatus: 403 },
};

/** The error of any code, also of one that nobody has documented. */
export function errorOf(code: number): ErrorAnswer {
  const all: typeof accidents = { ...accidents, ...refusals };
  return { code, ...(all[code] ?? { message: `Error ${code}`, httpStatus: 500 }) };
}

/** A call that is answered with an error. */
export class Refusal extends Error implements ErrorAnswer {
  override readonly name = "Refusal";
  readonly httpStatus: ContentfulStatusCode;

  /**
   * @param code the error code, which decides the message too
   * @param httpStatus what the answer carries under `errorHttpStatus`; default: what fits the code
   */
  constructor(
    readonly code: RefusalCode,
    httpStatus?: ContentfulStatusCode,
  ) {
    super(refusals[code].message);
    this.httpStatus = httpStatus ?? refusals[code].httpStatus;
  }
}
