// The extension in one file: an editor installs no dependencies.
import { defineConfig } from "vite";

export default defineConfig({
  ssr: { noExternal: true },
  build: {
    ssr: "src/extension.ts",
    target: "node22",
    minify: true,
    rolldownOptions: {
      external: ["vscode"],
      output: { format: "cjs", entryFileNames: "extension.cjs" },
    },
  },
});
