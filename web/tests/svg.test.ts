import { expect, test } from "vitest";

import type { Deptype, Graph } from "../src/pictures/graph.ts";
import { graphDrawing, withLegend } from "../src/pictures/graph-svg.ts";
import { heatMapDrawing, stepOf, tooManyCells } from "../src/pictures/heat-map.ts";
import { laidOut } from "../src/pictures/layout.ts";
import { svgFile } from "../src/pictures/svg.ts";

const ALL = new Set<Deptype>(["LINK", "RUN", "BUILD", "TEST"]);
const EVIL = `<script>"'&`;
const GRAPH: Graph = {
  nodes: [{ label: EVIL, hash: "abcdefghijklmnop" }, { label: "zlib-ng@2.2.4" }],
  edges: [{ from: 0, to: 1, deptypes: ["BUILD", "LINK"], virtuals: ["zlib-api"] }],
};

test("names are text, whatever they hold", () => {
  const file = svgFile(graphDrawing(GRAPH, laidOut(GRAPH), { deptypes: ALL, implied: true }));
  expect(file).not.toContain("<script>");
  expect(file).toContain("&#60;script&#62;&#34;&#39;&#38;");
});

test("an edge says its types and its virtuals", () => {
  const { content } = graphDrawing(GRAPH, laidOut(GRAPH), { deptypes: ALL, implied: true });
  expect(content).toContain("→ zlib-ng@2.2.4: build, link (zlib-api)</title>");
});

test("a spec with an address is a link", () => {
  const { content } = graphDrawing(GRAPH, laidOut(GRAPH), { deptypes: ALL, implied: true }, (node) =>
    node.hash ? `./?spec=${node.hash}&x` : undefined,
  );
  expect(content.match(/<a /g)).toHaveLength(1);
  expect(content).toContain('href="./?spec=abcdefghijklmnop&#38;x"');
});

test("a legend makes the drawing higher, and wide enough", () => {
  const drawing = { content: "", width: 10, height: 20, title: "t" };
  const { width, height, content } = withLegend(drawing, ["LINK", "TEST"]);
  expect(height).toBe(52);
  expect(width).toBeGreaterThan(100);
  expect(content.match(/<text /g)).toHaveLength(2);
});

test("a matrix has a cell for each count, and its holes are marked", () => {
  const { content, title } = heatMapDrawing({ rows: ["a", "b"], columns: ["x", "y"], counts: [[3, 0], [0, 1]] });
  expect(content.match(/class="picture-cell /g)).toHaveLength(2);
  expect(content.match(/class="picture-hole"/g)).toHaveLength(2);
  expect(content).toContain("<title>a, x: 3</title>");
  expect(content).toContain("<title>b, x: 0</title>");
  expect(title).toBe("Coverage: 2 rows, 2 columns, 2 of 4 cells empty");
});

test("a cell may lead somewhere", () => {
  const { content } = heatMapDrawing({ rows: ["a"], columns: ["x"], counts: [[3]] }, (row, column) => `./${row}/${column}`);
  expect(content).toContain('<a href="./a/x">');
});

test("an empty matrix is drawn as nothing", () => {
  expect(heatMapDrawing({ rows: [], columns: [], counts: [] }).title).toBe("Coverage: 0 rows, 0 columns, 0 of 0 cells empty");
});

test("steps grow with counts, and the most has the last", () => {
  const steps = [1, 40, 160, 360, 640, 1000].map((count) => stepOf(count, 1000));
  expect(steps).toEqual([0, 1, 2, 3, 4, 4]);
  expect(stepOf(1, 1)).toBe(4);
});

test("a matrix that is too large says so", () => {
  const row = Array.from({ length: 200 }, () => 0);
  const of = (rows: number) => ({
    rows: Array.from({ length: rows }, String),
    columns: row.map(String),
    counts: Array.from({ length: rows }, () => row),
  });
  expect(tooManyCells(of(100))).toBeNull();
  expect(tooManyCells(of(101))).toContain("101 rows and 200 columns are 20200 cells, and at most 20000 are drawn");
});
