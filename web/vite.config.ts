import { defineConfig } from "vite";

import { compressed } from "./vite/compressed.ts";

// One folder of files for both pages. Every address in it is relative, so that it works under any path of a proxy.
export default defineConfig({
  base: "./",
  // JSX is Preact's (the browse page); files under src/graphiql say at their head that theirs is React's.
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../server/pages",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // A data: address would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    rollupOptions: {
      input: { browse: "index.html", graphiql: "graphiql.html" },
      // "use client" is for servers that render React; there is none here.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
  worker: { format: "es" },
  plugins: [compressed()],
  // `npm run dev` beside a running `make serve`: the API comes from there.
  server: { proxy: { "/graphql": "http://127.0.0.1:8000", "/schema.graphql": "http://127.0.0.1:8000" } },
});
