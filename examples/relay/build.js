/** Bundles dist/main.js: babel-plugin-relay puts what relay-compiler made in the place of the graphql tags. */

import { readFileSync } from "node:fs";
import { transformSync } from "@babel/core";
import { build } from "esbuild";

const relay = {
  name: "relay",
  setup({ onLoad }) {
    onLoad({ filter: /src\/[^/]*\.ts$/ }, ({ path }) => ({
      contents: transformSync(readFileSync(path, "utf8"), {
        babelrc: false,
        configFile: false,
        parserOpts: { plugins: ["typescript"] },
        plugins: [["relay", { eagerEsModules: true }]],
      }).code,
      loader: "ts",
    }));
  },
};

await build({
  entryPoints: ["src/main.ts"],
  outfile: "dist/main.js",
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  plugins: [relay],
});
