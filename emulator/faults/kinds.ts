/** A number in the text of a kind. */
export interface Parameter {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Taken when the text leaves the parameter out; without one, `optional` decides whether it may. */
  readonly default?: number;
  readonly optional?: true;
}

/** What there is to know of a kind before it strikes. */
export interface KindInfo {
  readonly parameters: readonly Parameter[];
  readonly meaning: string;
  readonly example: string;
}

const ms: Parameter = { name: "MS", min: 0, max: 600_000, default: 1000 };
const code: Parameter = { name: "CODE", min: 1000, max: 9999 };
const status: Parameter = { name: "STATUS", min: 400, max: 599 };
const seconds: Parameter = { name: "SECONDS", min: 0, max: 3600, optional: true };

const page = "an HTML page with that HTTP status and, for 429 or if given, Retry-After";

/** Every kind of fault. */
export const kinds = {
  "reset-before": {
    parameters: [],
    meaning: "nothing done; the connection is reset without an answer",
    example: "add:reset-before",
  },
  "reset-after": {
    parameters: [],
    meaning: "carried out; the connection is reset without an answer",
    example: "add:reset-after",
  },
  "hang-before": { parameters: [], meaning: "nothing done; no answer, ever", example: "list:hang-before" },
  "hang-after": { parameters: [], meaning: "carried out; no answer, ever", example: "update:hang-after" },
  "cut-after": {
    parameters: [],
    meaning: "carried out; the connection ends in the middle of the answer's body",
    example: "add:cut-after",
  },
  "late-commit": {
    parameters: [ms],
    meaning: "the connection ends at once without an answer; carried out MS milliseconds later (1000)",
    example: "add:late-commit:1500",
  },
  slow: { parameters: [ms], meaning: "carried out; answered MS milliseconds later (1000)", example: "any:slow:500x0" },
  "error-before": {
    parameters: [code],
    meaning: "nothing done; Deepcall's error with that code",
    example: "update:error-before:1009@2x3",
  },
  "error-after": {
    parameters: [code],
    meaning: "carried out; Deepcall's error with that code",
    example: "delete:error-after:1032",
  },
  "http-before": {
    parameters: [status, seconds],
    meaning: `nothing done; ${page}`,
    example: "any:http-before:429:2x5",
  },
  "http-after": { parameters: [status, seconds], meaning: `carried out; ${page}`, example: "add:http-after:502" },
  "html-after": { parameters: [], meaning: "carried out; HTTP 200 with an HTML page", example: "update:html-after" },
  "shape-after": {
    parameters: [],
    meaning: "carried out; HTTP 200 with JSON in a form that nobody understands",
    example: "list:shape-after",
  },
  "empty-after": { parameters: [], meaning: "carried out; HTTP 200 without a body", example: "add:empty-after" },
  redirect: { parameters: [], meaning: "nothing done; HTTP 302 to another origin", example: "list:redirectx0" },
} as const satisfies Record<string, KindInfo>;

/** The name of a kind. */
export type KindName = keyof typeof kinds;

/** The name of every kind. */
export const kindNames = Object.keys(kinds) as KindName[];

/** A kind with its parameters as they are written, e.g. `http-before:STATUS[:SECONDS]`. */
export function formOf(name: KindName): string {
  const parameters: readonly Parameter[] = kinds[name].parameters;
  return name + parameters.map((one) => (isRequired(one) ? `:${one.name}` : `[:${one.name}]`)).join("");
}

/** Whether the text of a kind has to have this parameter. */
export function isRequired(parameter: Parameter): boolean {
  return parameter.default === undefined && parameter.optional !== true;
}

/** Lists every kind with its parameters, its meaning and an example. */
export function describeFaults(): string[] {
  const forms = kindNames.map(formOf);
  const width = Math.max(...forms.map(({ length }) => length));
  return kindNames.map((name, n) => {
    const { meaning, example } = kinds[name];
    return `${(forms[n] ?? "").padEnd(width)}  ${meaning}; e.g. ${example}`;
  });
}
