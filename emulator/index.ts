export { type Call, CutConnection, type Intercept, type InterceptedCall } from "./calls";
export { loadSeed } from "./files";
export { defaultOptions, describeOptions, type EmulatorOptions, readOptionText } from "./options";
export type { Seed } from "./seed";
export { type AccountEditor, type Emulator, type EmulatorSettings, type GroupSnapshot, startEmulator } from "./server";
export { SetupError } from "./setup-error";
