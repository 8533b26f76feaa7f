import { describe, expect, test } from "vitest";

import { chosen, type Deptype, type Graph, strongest, tooLarge, typesOf } from "../src/pictures/graph.ts";
import { laidOut } from "../src/pictures/layout.ts";

function graph(size: number, edges: [from: number, to: number, ...deptypes: Deptype[]][]): Graph {
  return {
    nodes: Array.from({ length: size }, (_, index) => ({ label: `n${index}` })),
    edges: edges.map(([from, to, ...deptypes]) => ({ from, to, deptypes: deptypes.length > 0 ? deptypes : ["LINK"] })),
  };
}

const ALL = new Set<Deptype>(["LINK", "RUN", "BUILD", "TEST"]);
const pairs = (drawn: Graph) => drawn.edges.map(({ from, to }) => `${from}-${to}`);
const labels = (drawn: Graph) => drawn.nodes.map((node) => node.label);

/** A graph without cycles from a seed: edges lead from lower to higher numbers. */
function random(seed: number): Graph {
  let state = seed;
  const next = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % below;
  };
  const size = 3 + next(10);
  const edges: [number, number][] = [];
  for (let from = 0; from < size; from++) {
    for (let to = from + 1; to < size; to++) if (next(3) === 0) edges.push([from, to]);
  }
  return graph(size, edges);
}

function reaches(drawn: Graph): Set<string> {
  const found = new Set<string>();
  const visit = (start: number, node: number) => {
    for (const edge of drawn.edges) {
      const key = `${start}-${edge.to}`;
      if (edge.from === node && !found.has(key)) {
        found.add(key);
        visit(start, edge.to);
      }
    }
  };
  drawn.nodes.forEach((_, index) => visit(index, index));
  return found;
}

describe("what is drawn", () => {
  test("edges that a longer way implies are left out", () => {
    const drawn = chosen(graph(4, [[0, 1], [1, 2], [2, 3], [0, 2], [0, 3]]), { deptypes: ALL, implied: false });
    expect(pairs(drawn)).toEqual(["0-1", "1-2", "2-3"]);
  });

  test("a diamond has no implied edge", () => {
    const edges = [[0, 1], [0, 2], [1, 3], [2, 3]] as [number, number][];
    expect(pairs(chosen(graph(4, edges), { deptypes: ALL, implied: false }))).toEqual(["0-1", "0-2", "1-3", "2-3"]);
  });

  test("leaving out implied edges keeps what reaches what, and no edge that is left is implied", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const whole = chosen(random(seed), { deptypes: ALL, implied: true });
      const reduced = chosen(random(seed), { deptypes: ALL, implied: false });
      expect(reaches(reduced)).toEqual(reaches(whole));
      for (const edge of reduced.edges) {
        const without = { ...reduced, edges: reduced.edges.filter((other) => other !== edge) };
        expect(reaches(without).has(`${edge.from}-${edge.to}`)).toBe(false);
      }
    }
  });

  test("a cycle keeps all of its edges", () => {
    const drawn = chosen(graph(3, [[0, 1], [1, 2], [2, 0], [0, 2]]), { deptypes: ALL, implied: false });
    expect(pairs(drawn)).toEqual(["0-1", "1-2", "2-0", "0-2"]);
  });

  test("only what the root reaches over the chosen types is left, with new indexes", () => {
    const whole = graph(4, [[0, 1, "BUILD"], [1, 2, "LINK"], [0, 3, "LINK", "RUN"]]);
    const drawn = chosen(whole, { deptypes: new Set<Deptype>(["LINK"]), implied: true });
    expect(labels(drawn)).toEqual(["n0", "n3"]);
    expect(pairs(drawn)).toEqual(["0-1"]);
  });

  test("without any type the root stands alone", () => {
    expect(labels(chosen(graph(2, [[0, 1]]), { deptypes: new Set(), implied: true }))).toEqual(["n0"]);
  });
});

test("an edge of several types is drawn as the strongest that is chosen", () => {
  const edge = { from: 0, to: 1, deptypes: ["BUILD", "RUN", "LINK"] as const };
  expect(strongest(edge, ALL)).toBe("LINK");
  expect(strongest(edge, new Set<Deptype>(["BUILD", "RUN"]))).toBe("RUN");
});

test("the legend has the types that occur", () => {
  expect(typesOf(graph(3, [[0, 1, "TEST"], [1, 2, "BUILD", "LINK"]]))).toEqual(["LINK", "BUILD", "TEST"]);
});

test("a graph that is too large says so, and what to do", () => {
  expect(tooLarge(graph(500, []))).toBeNull();
  expect(tooLarge(graph(501, []))).toContain("Too large to draw: 501 specs and 0 edges; at most 500 and 2500");
  const many = Array.from({ length: 2501 }, () => [0, 1] as [number, number]);
  expect(tooLarge(graph(2, many))).toContain("maxDepth");
});

describe("the layout", () => {
  test("puts each dependency below what depends on it", () => {
    const whole = random(7);
    const { boxes } = laidOut(whole);
    for (const { from, to } of whole.edges) expect(boxes[to]!.y).toBeGreaterThan(boxes[from]!.y);
  });

  test("lays no box over another, and all of them inside the drawing", () => {
    const { boxes, width, height } = laidOut(random(11));
    boxes.forEach((box, index) => {
      expect(box.x - box.width / 2).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width / 2).toBeLessThanOrEqual(width);
      expect(box.y + box.height / 2).toBeLessThanOrEqual(height);
      for (const other of boxes.slice(index + 1)) {
        const apart =
          Math.abs(box.x - other.x) >= (box.width + other.width) / 2 ||
          Math.abs(box.y - other.y) >= (box.height + other.height) / 2;
        expect(apart).toBe(true);
      }
    });
  });

  test("is the same each time", () => {
    expect(laidOut(random(5))).toEqual(laidOut(random(5)));
  });

  test("has a way for each of two edges between the same specs", () => {
    expect(laidOut(graph(2, [[0, 1, "LINK"], [0, 1, "BUILD"]])).ways).toHaveLength(2);
  });

  test("draws one spec alone, and nothing of nothing", () => {
    expect(laidOut(graph(1, [])).boxes).toHaveLength(1);
    expect(laidOut(graph(0, []))).toEqual({ width: 0, height: 0, boxes: [], ways: [] });
  });
});
