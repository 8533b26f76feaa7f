import type { Deptype, Graph, GraphEdge, GraphNode } from "./graph.ts";
import { DEPTYPES } from "./graph.ts";
import type { Coverage } from "./heat-map.ts";

/** What of an answer can be drawn, and where it stands in it ("data.spec.dependencyGraph"). */
export type Found =
  | { readonly kind: "graph"; readonly place: string; readonly graph: Graph }
  | { readonly kind: "coverage"; readonly place: string; readonly coverage: Coverage };

const MOST_FOUND = 20;

/** Finds dependency graphs and coverages anywhere in an answer, by their form: a field may have any alias. */
export function found(answer: unknown): Found[] {
  const all: Found[] = [];
  // A stack of our own: an answer may be nested deeper than calls may be.
  const waiting: { value: unknown; place: string }[] = [{ value: answer, place: "" }];
  for (let next = waiting.pop(); next !== undefined && all.length < MOST_FOUND; next = waiting.pop()) {
    const { value, place } = next;
    if (!isObject(value)) continue;
    const graph = asGraph(value);
    const coverage = asCoverage(value);
    if (graph) all.push({ kind: "graph", place, graph });
    else if (coverage) all.push({ kind: "coverage", place, coverage });
    else {
      const inside = Object.entries(value).map(([key, each]) => ({ value: each, place: place ? `${place}.${key}` : key }));
      waiting.push(...inside.reverse()); // in the order of the answer
    }
  }
  return all;
}

function asGraph(value: Record<string, unknown>): Graph | null {
  const lists = Object.values(value).filter(isList);
  const edges = lists.find(isEdges);
  const nodes = lists.filter((list) => list !== edges).find(isObjects);
  if (!edges || !nodes) return null;
  const typed = edges.map((edge): GraphEdge => {
    const deptypes = (edge["deptypes"] as unknown[] | undefined) ?? [];
    const virtuals = edge["virtuals"] as string[] | undefined;
    return { from: edge["from"], to: edge["to"], deptypes: deptypes.filter(isDeptype), virtuals };
  });
  if (typed.some(({ from, to }) => Math.max(from, to) >= nodes.length)) return null;
  return { nodes: nodes.map(labelled), edges: typed.map(withSomeType), truncated: value["truncated"] === true };
}

function asCoverage(value: Record<string, unknown>): Coverage | null {
  const { rows, columns, counts } = value;
  if (!isTexts(rows) || !isTexts(columns) || !isList(counts) || counts.length !== rows.length) return null;
  const matrix = counts.every((row) => isList(row) && row.length === columns.length && row.every(Number.isInteger));
  return matrix ? { rows, columns, counts: counts as number[][] } : null;
}

/** An edge whose types were not asked for is drawn as one of link. */
function withSomeType(edge: GraphEdge): GraphEdge {
  return edge.deptypes.length > 0 ? edge : { ...edge, deptypes: ["LINK"] };
}

function labelled(node: Record<string, unknown>, index: number): GraphNode {
  const { version, hash } = node;
  const inPackage = isObject(node["package"]) ? node["package"]["name"] : node["package"];
  const name = [inPackage, node["name"]].find((each) => typeof each === "string");
  const texts = Object.values(node).filter((each) => typeof each === "string" && each !== hash);
  const label = name ? `${name}${typeof version === "string" ? `@${version}` : ""}` : (texts[0] ?? `#${index}`);
  return { label: shortened(String(label)), hash: typeof hash === "string" ? hash : undefined };
}

function shortened(text: string): string {
  const MOST_CHARACTERS = 40;
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return isList(value) && value.every((each) => typeof each === "string");
}

function isEdge(value: unknown): value is { from: number; to: number } & Record<string, unknown> {
  return isObject(value) && Number.isInteger(value["from"]) && Number.isInteger(value["to"]);
}

function isEdges(value: unknown[]): value is ({ from: number; to: number } & Record<string, unknown>)[] {
  return value.length > 0 && value.every(isEdge);
}

function isObjects(value: unknown[]): value is Record<string, unknown>[] {
  return value.length > 0 && value.every(isObject);
}

function isDeptype(value: unknown): value is Deptype {
  return DEPTYPES.includes(value as Deptype);
}
