import { expect, test } from "vitest";

import { found } from "../src/pictures/find.ts";

const EDGES = [{ from: 0, to: 1, deptypes: ["RUN"], virtuals: [] }];
const NODES = [
  { hash: "aaaa", version: "1.14.6", package: { name: "hdf5" } },
  { hash: "bbbb", version: "2.2.4", package: { name: "zlib-ng" } },
];

test("a graph is found with its place, its labels and its edges", () => {
  const answer = { data: { spec: { dependencyGraph: { nodes: NODES, edges: EDGES, truncated: true } } } };
  expect(found(answer)).toEqual([
    {
      kind: "graph",
      place: "data.spec.dependencyGraph",
      graph: {
        nodes: [
          { label: "hdf5@1.14.6", hash: "aaaa" },
          { label: "zlib-ng@2.2.4", hash: "bbbb" },
        ],
        edges: EDGES,
        truncated: true,
      },
    },
  ]);
});

test("graphs and matrices are found in the order of the answer, under any names", () => {
  const matrix = { rows: ["a"], columns: ["x"], counts: [[1]] };
  const answer = { data: { list: [{ g: { n: NODES, e: EDGES } }, { m: matrix }], last: matrix } };
  expect(found(answer).map(({ kind, place }) => [kind, place])).toEqual([
    ["graph", "data.list.0.g"],
    ["coverage", "data.list.1.m"],
    ["coverage", "data.last"],
  ]);
});

test("a label is made of what was asked for", () => {
  const labels = (nodes: unknown[]) => {
    const [first] = found({ nodes, edges: EDGES });
    return first?.kind === "graph" ? first.graph.nodes.map((node) => node.label) : null;
  };
  expect(labels([{ text: "hdf5@1.14" }, { __typename: "Spec" }])).toEqual(["hdf5@1.14", "Spec"]);
  expect(labels([{ hash: "aaaa" }, {}])).toEqual(["#0", "#1"]);
  expect(labels([{ package: { name: "hdf5" } }, { text: "x".repeat(50) }])).toEqual(["hdf5", `${"x".repeat(39)}…`]);
});

test("edges whose types were not asked for are drawn all the same", () => {
  const [first] = found({ nodes: NODES, edges: [{ from: 0, to: 1 }] });
  expect(first?.kind === "graph" && first.graph.edges[0]?.deptypes).toEqual(["LINK"]);
});

test("what only looks like a picture is none", () => {
  const none = [
    null,
    "text",
    { data: null, errors: [{ message: "no" }] },
    { nodes: NODES, edges: [{ from: 0, to: 2 }] }, // an edge to nowhere
    { nodes: NODES, edges: [{ cursor: "x", node: {} }] }, // a connection
    { nodes: NODES, edges: [] },
    { rows: ["a"], columns: ["x"], counts: [[1], [2]] },
    { rows: ["a"], columns: ["x"], counts: [["1"]] },
  ];
  expect(none.map((answer) => found(answer))).toEqual(none.map(() => []));
});

test("an answer nested deeper than calls may be is looked through", () => {
  let deep: unknown = { nodes: NODES, edges: EDGES };
  for (let depth = 0; depth < 20_000; depth++) deep = [deep];
  expect(found(deep)).toHaveLength(1);
});
