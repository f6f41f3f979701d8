import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const NAME = "audio-guard";

/** Put the licenses of the packages that are in the bundle beside it. */
function licenses(): Plugin {
  return {
    name: "licenses",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((part) =>
        part.type === "chunk" ? part.moduleIds : [],
      );
      const folders = modules.flatMap(
        (id) => id.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0] ?? [],
      );
      const texts = [...new Set(folders)].sort().map((folder) => {
        const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf-8"));
        return `${name} ${version}\n\n${readFileSync(`${folder}/LICENSE`, "utf-8").trim()}\n`;
      });
      const source = texts.join(`\n${"-".repeat(72)}\n\n`);
      this.emitFile({ type: "asset", fileName: `${NAME}.licenses.txt`, source });
    },
  };
}

export default defineConfig({
  plugins: [licenses()],
  build: {
    target: "es2022",
    outDir: "../custom_components/audio_guard/www",
    emptyOutDir: true,
    modulePreload: false,
    rolldownOptions: {
      input: "src/main.ts",
      output: { format: "es", entryFileNames: `${NAME}.js`, codeSplitting: false },
    },
  },
});
