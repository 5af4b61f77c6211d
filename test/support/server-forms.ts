import type { EmulatorOptions } from "../../emulator";

/** Forms of answers that the vendor's own code shows for other operations. */
export const serverForms: [string, Partial<EmulatorOptions>][] = [
  ["pages", { pageSize: 2 }],
  ["pages of a server that ignores page", { pageSize: 2, pageField: "ignored" }],
  ["isDeleted", { deletion: "isDeleted" }],
  ["preDeleted", { deletion: "preDeleted" }],
  ["code 1012", { missing: "noData" }],
  ["data", { payloadKey: "data" }],
  ["unique_id", { idKey: "unique_id" }],
  ["ids that say none", { emptyIds: true }],
  ["ids that say none, in an object keyed by id", { emptyIds: true, listShape: "byId", relationShape: "byId" }],
  ["passwords", { passwordFields: true }],
  ["relations with quick alone", { plainRelation: "none" }],
  ["agents with quick alone", { plainRelation: "empty" }],
  ["a code of the Agent API", { unknownAgentCode: 1507 }],
];
/** All of them that go together. */
export const allServerForms: Partial<EmulatorOptions> = {
  pageSize: 2,
  deletion: "isDeleted",
  missing: "noData",
  payloadKey: "data",
  idKey: "unique_id",
  emptyIds: true,
  passwordFields: true,
  plainRelation: "empty",
  unknownAgentCode: 1507,
};
