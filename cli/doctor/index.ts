export { examine } from "./examine";
export { toReport } from "./report";
export { toJson, toText } from "./text";
