/** node dist/main.js ADDRESS PACKAGE TARGET: the builds of a package that run on a target, page by page. */

import type { ResultOf } from "@graphql-typed-document-node/core";

import { ask } from "./ask.js";
import { graphql } from "./gql/index.js";

const PAGE = 10;

const RunsOn = graphql(`
  query RunsOn($package: String!, $target: String!, $first: Int!, $after: String) {
    specs(where: { package: { eq: $package }, target: { runsOn: $target } }, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        hash
        version
        compiler {
          name
        }
        target {
          name
        }
      }
    }
  }
`);

const [address = "http://127.0.0.1:8000/graphql", name = "hdf5", target = "zen3"] = process.argv.slice(2);

type Page = NonNullable<ResultOf<typeof RunsOn>["specs"]>;

/** Each page begins after the cursor that the page before ended with. */
async function* pages(): AsyncGenerator<Page> {
  let after: string | null = null;
  do {
    const { specs }: ResultOf<typeof RunsOn> = await ask(address, RunsOn, { package: name, target, first: PAGE, after });
    if (!specs) return;
    yield specs;
    after = specs.pageInfo.hasNextPage ? (specs.pageInfo.endCursor ?? null) : null;
  } while (after !== null);
}

let listed = 0;
for await (const { totalCount, nodes } of pages()) {
  if (listed === 0) console.log(`${totalCount} builds of ${name} run on ${target}`);
  for (const spec of nodes) {
    console.log(`${spec.hash} ${name}@${spec.version} %${spec.compiler?.name ?? "none"} ${spec.target.name}`);
  }
  listed += nodes.length;
}
