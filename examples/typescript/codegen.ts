import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  // The address of a running server does as well: "http://127.0.0.1:8000/graphql".
  schema: process.env["SPECGRAPH_SCHEMA"] ?? "../../schema/schema.graphql",
  documents: "src/**/*.ts",
  emitLegacyCommonJSImports: false, // imports end in .js, as Node.js wants them
  generates: {
    "src/gql/": {
      preset: "client",
      config: {
        documentMode: "string", // no GraphQL library when it runs
        useTypeImports: true,
        scalars: { BigInt: "number", DateTime: "string" },
      },
    },
  },
};

export default config;
