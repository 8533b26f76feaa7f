// Composes the subgraphs of standard input, [{name, url, sdl}], and prints {supergraph, errors, hints}.
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";
import { json } from "node:stream/consumers";

const subgraphs = await json(process.stdin);
const composed = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
const messages = (found) => (found ?? []).map(({ message }) => message);
console.log(
  JSON.stringify({
    supergraph: composed.supergraphSdl ?? null,
    errors: messages(composed.errors),
    hints: messages(composed.hints),
  }),
);
