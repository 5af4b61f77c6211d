import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const typeChecked = ["**/*.ts", "**/*.mts", "tools/*.mjs", "emulator/page/page.js"];

export default defineConfig(
  globalIgnores(["dist/", "plugin/", "examples/*/node_modules/"]),
  js.configs.recommended,
  {
    files: typeChecked,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      // Delays the load of a module of our own.
      "@typescript-eslint/no-require-imports": ["error", { allow: ["^\\.\\.?/", "^pulumi-deepcall/package\\.json$"] }],
      // TypeScript reports it.
      "no-undef": "off",
    },
  },
  {
    files: ["tools/*"],
    // An empty environment variable counts as unset.
    rules: { "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true } }] },
  },
  {
    files: ["tools/*.mjs", "emulator/page/page.js"],
    // These rules don't see the casts in JSDoc comments.
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    ignores: typeChecked,
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        module: "writable",
        require: "readonly",
        exports: "writable",
        fetch: "readonly",
        AbortSignal: "readonly",
      },
    },
  },
);
