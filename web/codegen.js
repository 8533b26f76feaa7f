/** Types of the browse page's operations, made from schema/schema.graphql: `npm run queries`; `-- --check` compares. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typedDocument from "@graphql-codegen/typed-document-node";
import * as typescript from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";

const SCHEMA = new URL("../schema/schema.graphql", import.meta.url);
const FOLDER = new URL("src/browse/queries/", import.meta.url);
const GENERATED = new URL("src/browse/queries.ts", import.meta.url);

/** The operations as they are written, by file. */
export function sources() {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => ({ location: name, document: parse(readFileSync(new URL(name, FOLDER), "utf8")) }));
}

/** The text of queries.ts; an operation that the schema does not take is an error that names its file. */
export async function generated() {
  const config = {
    useTypeImports: true,
    enumsAsTypes: true,
    onlyOperationTypes: true,
    preResolveTypes: true,
    skipTypename: true,
    immutableTypes: true,
    avoidOptionals: false,
    inputMaybeValue: "T | null | undefined",
    documentMode: "string",
    dedupeFragments: true,
    pureMagicComment: true,
    scalars: { BigInt: "number", DateTime: "string" },
  };
  const text = await codegen({
    filename: "queries.ts",
    schema: parse(readFileSync(SCHEMA, "utf8")),
    documents: sources(),
    config,
    plugins: [{ typescript: {} }, { operations: {} }, { typedDocument: {} }],
    pluginMap: { typescript, operations, typedDocument },
  });
  return `// Made by codegen.js from queries/ and schema/schema.graphql: npm run queries\n${text}`;
}

if (process.argv[1]?.endsWith("codegen.js")) {
  const text = await generated();
  if (!process.argv.includes("--check")) writeFileSync(GENERATED, text);
  else if (readFileSync(GENERATED, "utf8") !== text) {
    console.error("src/browse/queries.ts is out of step: npm run queries");
    process.exit(1);
  }
}
