// Two small graphs beside specgraph, each on a free port of this machine, with the data that it is given.
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";
import { readFileSync } from "node:fs";

const typeDefs = (name) => parse(readFileSync(new URL(`${name}.graphql`, import.meta.url), "utf8"));

/** Each advisory: {id, title, package, snapshot, below, specs}; it says of which specs of a package it holds. */
function advisoriesSchema(advisories) {
  const inSnapshot = (name) => ({ __typename: "Snapshot", name });
  const resolvers = {
    Query: {
      advisory: (_, { id }) => advisories.find((advisory) => advisory.id === id),
      advisories: () => ({ nodes: advisories, pageInfo: { hasNextPage: false, hasPreviousPage: false } }),
    },
    Advisory: {
      packages: (it) => [{ __typename: "Package", name: it.package, snapshot: inSnapshot(it.snapshot) }],
      specs: (it) => it.specs.map((hash) => ({ __typename: "Spec", hash, snapshot: inSnapshot(it.snapshot) })),
    },
    Package: {
      advisories: ({ name, snapshot }) =>
        advisories.filter((it) => it.package === name && it.snapshot === snapshot.name),
    },
    Spec: {
      affectedBy: ({ hash, version }) => advisories.filter((it) => it.specs.includes(hash) && it.version === version),
    },
  };
  return buildSubgraphSchema({ typeDefs: typeDefs("advisories"), resolvers });
}

/** `homepages` has the page of each package that has a recipe. */
function recipesSchema(homepages) {
  const recipe = (name) => (name in homepages ? { name, homepage: homepages[name] } : null);
  const resolvers = {
    Query: { recipe: (_, { name }) => recipe(name) },
    Package: { recipe: ({ name }) => recipe(name) },
  };
  return buildSubgraphSchema({ typeDefs: typeDefs("recipes"), resolvers });
}

/** Serves both graphs; returns [{name, url}] and what stops them. */
export async function startSubgraphs({ advisories, homepages }) {
  const schemas = { advisories: advisoriesSchema(advisories), recipes: recipesSchema(homepages) };
  const servers = Object.values(schemas).map(
    (schema) => new ApolloServer({ schema, plugins: [ApolloServerPluginInlineTraceDisabled()] }),
  );
  const started = await Promise.all(
    servers.map((server) => startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } })),
  );
  return {
    subgraphs: Object.keys(schemas).map((name, place) => ({ name, url: started[place].url })),
    stop: () => Promise.all(servers.map((server) => server.stop())),
  };
}
