// Asks operations of a gateway over three graphs: specgraph and the two of subgraphs.mjs.
//
//   standard input:  {specgraph: URL, advisories, homepages, operations: [{query, variables}]}
//   standard output: {answers, fetches}: the answers, and for each the requests that the gateway sent, in their order
import { IntrospectAndCompose, ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { json } from "node:stream/consumers";
import { startSubgraphs } from "./subgraphs.mjs";

const asked = await json(process.stdin);
const beside = await startSubgraphs(asked);
let fetches = [];

class Recorded extends RemoteGraphQLDataSource {
  constructor(config, name) {
    super(config);
    this.graph = name;
  }

  willSendRequest({ request }) {
    fetches.push({ graph: this.graph, representations: request.variables?.representations?.length ?? null });
  }
}

const quiet = { debug() {}, info() {}, warn: console.error, error: console.error };
const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [{ name: "specgraph", url: asked.specgraph }, ...beside.subgraphs],
  }),
  buildService: ({ name, url }) => new Recorded({ url }, name),
  logger: quiet,
});
const server = new ApolloServer({ gateway, logger: quiet });
await server.start();

const answers = [];
const sent = [];
for (const operation of asked.operations) {
  fetches = [];
  const { body } = await server.executeOperation(operation);
  answers.push(body.singleResult);
  sent.push(fetches);
}
console.log(JSON.stringify({ answers, fetches: sent }));
await server.stop();
await beside.stop();
