import { readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { execute } from "../e2e/stack";

const root = resolve(__dirname, "../..");

// If this fails, the pictures of the README are out of date: run `npm run pictures`, and look at them.
test("the commands and the emulator's page are as in the pictures", async () => {
  const folder = join(process.env["E2E_FOLDER"] ?? "", "pictures");
  const env = { PATH: [process.env["PULUMI_CLI_BIN"], process.env["PATH"]].join(delimiter) };
  const { code, output } = await execute(process.execPath, ["tools/pictures.mts", folder], root, env);
  expect({ code, output }).toEqual({ code: 0, output: "" });
  for (const name of ["terminal-light.svg", "terminal-dark.svg", "page.txt"])
    expect(readFileSync(join(folder, name), "utf8")).toBe(readFileSync(join(root, "docs/pictures", name), "utf8"));
  // Pixels differ between machines.
  for (const name of ["page-light.png", "page-dark.png"])
    expect(size(join(folder, name))).toEqual(size(join(root, "docs/pictures", name)));
});

/** The width and height of a PNG. */
function size(file: string): number[] {
  const bytes = readFileSync(file);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
