import { expect, test } from "vitest";

import { EXAMPLES, isQuery, operationNameOf, variablesOf, written } from "../src/graphiql/examples.ts";
import { addressOf, sharedIn } from "../src/graphiql/share.ts";

const PAGE = new URL("https://spack.example/specgraph/graphql?query=old#old");

test("a shared operation comes back as it was", () => {
  const shared = { query: "query Q($a: String!) { x(a: $a) }  # 100% & +", variables: '{"a": "é#?"}', operationName: "Q" };
  const address = addressOf(shared, PAGE);
  expect(address.pathname).toBe("/specgraph/graphql");
  expect(address.search).toBe("");
  expect(sharedIn(new URL(address.href))).toEqual(shared);
});

test("what is not there is left out of the address", () => {
  expect(addressOf({ query: "{ a }", variables: "", operationName: "" }, PAGE).hash).toBe("#query=%7B+a+%7D");
});

test("the fragment comes before the query string, and without a query there is nothing", () => {
  expect(sharedIn(new URL("https://x/graphql?query={a}#query={b}"))?.query).toBe("{b}");
  expect(sharedIn(new URL("https://x/graphql?query={a}&variables={}"))?.variables).toBe("{}");
  expect(sharedIn(new URL("https://x/graphql#top"))).toBeNull();
});

test("each example has a name of its own and only asks", () => {
  const names = EXAMPLES.map((example) => operationNameOf(example.query));
  expect(new Set(names).size).toBe(EXAMPLES.length);
  expect(names).not.toContain(null);
  expect(EXAMPLES.every((example) => isQuery(example.query))).toBe(true);
});

test("an operation that does more than ask does not run by itself", () => {
  expect(isQuery("# a word\nsubscription S { s }")).toBe(false);
  expect(isQuery("query A { a }\nmutation M { m }")).toBe(false);
  expect(isQuery("{ subscription }")).toBe(true);
});

test("two snapshots are the default one and the one before it", () => {
  const example = EXAMPLES.find(({ between }) => between)!;
  const snapshots = (...names: string[]) => names.map((name) => ({ name: name.replace("*", ""), default: name.endsWith("*") }));
  expect(variablesOf(example, snapshots("a", "b", "c*"))).toEqual({ from: "b", to: "c" });
  expect(variablesOf(example, snapshots("a*", "b"))).toEqual({ from: "b", to: "a" });
  expect(variablesOf(example, snapshots("a*"))).toEqual({ from: "a", to: "a" });
  expect(variablesOf(example, [])).toEqual(example.variables);
});

test("no variables are written as nothing", () => {
  expect(written({})).toBe("");
  expect(written({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
});
