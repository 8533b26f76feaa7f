/**
 * node dist/main.js ADDRESS PACKAGE: all builds of a package, in one list that grows page by page.
 *
 * The second page and those after it are asked for by the package's id: the fragment is refetched through `node(id:)`,
 * and Relay joins the pages of the connection in its store. In a React application `usePaginationFragment` does both.
 */

import relay from "relay-runtime";

import { environmentOf } from "./environment.ts";
import type { main_specs$data, main_specs$key } from "./__generated__/main_specs.graphql.ts";
import type { mainQuery } from "./__generated__/mainQuery.graphql.ts";
import nextQuery, { type mainSpecsNextQuery } from "./__generated__/mainSpecsNextQuery.graphql.ts";

const { graphql, fetchQuery, createOperationDescriptor, getRequest, getFragment, getSingularSelector } = relay;

const PAGE = 10;

const query = graphql`
  query mainQuery($name: String!, $first: Int!) {
    package(name: $name) {
      id
      ...main_specs @arguments(first: $first)
    }
  }
`;

const fragment = graphql`
  fragment main_specs on Package
  @refetchable(queryName: "mainSpecsNextQuery")
  @argumentDefinitions(first: { type: "Int" }, after: { type: "String" }) {
    name
    specs(first: $first, after: $after) @connection(key: "main_specs") {
      totalCount
      edges {
        node {
          id
          hash
          version
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

const [address = "http://127.0.0.1:8000/graphql", name = "hdf5"] = process.argv.slice(2);
const environment = environmentOf(address);

/** The list as the store has it: all pages that were asked for. */
function listed(key: main_specs$key): main_specs$data {
  const selector = getSingularSelector(getFragment(fragment), key);
  return environment.lookup(selector as never).data as unknown as main_specs$data;
}

const variables = { name, first: PAGE };
environment.retain(createOperationDescriptor(getRequest(query), variables)); // or the store may drop it
const answer = await fetchQuery<mainQuery>(environment, query, variables).toPromise();
const found = answer?.package;
if (!found) throw new Error(`no package ${name}`);

let list = listed(found);
let pages = 1;
while (list.specs.pageInfo.hasNextPage) {
  const next = { id: found.id, first: PAGE, after: list.specs.pageInfo.endCursor };
  await fetchQuery<mainSpecsNextQuery>(environment, nextQuery, next).toPromise();
  list = listed(found);
  pages += 1;
}
console.log(`${list.specs.totalCount} builds of ${list.name} in ${pages} pages`);
for (const { node } of list.specs.edges) console.log(`${node.hash} ${list.name}@${node.version}`);
