/** Where the nodes and edges of a graph are drawn: dagre's layered layout. Slow for large graphs: run by the worker. */
import { Graph as DagreGraph, layout } from "@dagrejs/dagre";

import type { Graph } from "./graph.ts";
import { labelWidth } from "./svg.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Boxes by their middles, and the points along each edge, in the order of the graph's nodes and edges. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly ways: readonly (readonly Point[])[];
}

const NODE_HEIGHT = 40;
const MARGIN = 16;

export function laidOut(graph: Graph): Layout {
  const drawn = new DagreGraph({ multigraph: true });
  drawn.setGraph({ rankdir: "TB", nodesep: 24, edgesep: 12, ranksep: 56, marginx: MARGIN, marginy: MARGIN });
  graph.nodes.forEach((node, index) => {
    drawn.setNode(String(index), { width: Math.max(80, labelWidth(node.label) + 24), height: NODE_HEIGHT });
  });
  graph.edges.forEach((edge, index) => drawn.setEdge(String(edge.from), String(edge.to), {}, String(index)));
  layout(drawn);
  const size = drawn.graph() as { width: number; height: number };
  return {
    width: graph.nodes.length > 0 ? size.width : 0,
    height: graph.nodes.length > 0 ? size.height : 0,
    boxes: graph.nodes.map((_, index) => boxOf(drawn.node(String(index)) as Box)),
    ways: graph.edges.map((edge, index) => {
      const way = drawn.edge(String(edge.from), String(edge.to), String(index)) as { points: Point[] };
      return way.points.map(({ x, y }) => ({ x, y }));
    }),
  };
}

function boxOf({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}
