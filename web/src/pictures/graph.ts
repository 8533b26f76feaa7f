/** A dependency graph as the API's `dependencyGraph` gives it: nodes, and edges that name them by index. */

export const DEPTYPES = ["LINK", "RUN", "BUILD", "TEST"] as const;

/** Strongest first: an edge of several types is drawn as the first of them. */
export type Deptype = (typeof DEPTYPES)[number];

export interface GraphNode {
  /** What is written on it, such as "hdf5@1.14.6". */
  readonly label: string;
  /** The DAG hash, where it is known. */
  readonly hash?: string | undefined;
}

export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly deptypes: readonly Deptype[];
  readonly virtuals?: readonly string[] | undefined;
}

/** Node 0 is the root. `truncated`: the server left specs out. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly truncated?: boolean | undefined;
}

export interface Choice {
  /** Edges of any of these types. */
  readonly deptypes: ReadonlySet<Deptype>;
  /** Also edges between specs that a longer way over the chosen edges joins anyway. */
  readonly implied: boolean;
}

/** Beyond these a drawing takes minutes and shows nothing: about what a py-torch closure has, twice. */
export const MOST_NODES = 500;
export const MOST_EDGES = 2500;

/** The edges of the choice among what the root reaches over them; nodes keep their order and get new indexes. */
export function chosen(graph: Graph, choice: Choice): Graph {
  const edges = graph.edges.filter((edge) => isChosen(edge, choice.deptypes));
  const reached = reachable(graph.nodes.length, edges);
  const place = new Map(reached.map((node, index) => [node, index]));
  const kept = edges.flatMap((edge) => {
    const from = place.get(edge.from);
    const to = place.get(edge.to);
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
  });
  const nodes = reached.map((index) => graph.nodes[index]!);
  return { nodes, edges: choice.implied ? kept : withoutImplied(nodes.length, kept), truncated: graph.truncated };
}

/** The type that an edge is drawn as, of those that are chosen. */
export function strongest(edge: GraphEdge, deptypes: ReadonlySet<Deptype>): Deptype {
  return DEPTYPES.find((type) => deptypes.has(type) && edge.deptypes.includes(type)) ?? edge.deptypes[0] ?? "BUILD";
}

/** The types that some edge has, strongest first. */
export function typesOf(graph: Graph): Deptype[] {
  return DEPTYPES.filter((type) => graph.edges.some((edge) => edge.deptypes.includes(type)));
}

/** Why a graph is not drawn; null where it is. */
export function tooLarge(graph: Graph): string | null {
  if (graph.nodes.length <= MOST_NODES && graph.edges.length <= MOST_EDGES) return null;
  return (
    `Too large to draw: ${graph.nodes.length} specs and ${graph.edges.length} edges; ` +
    `at most ${MOST_NODES} and ${MOST_EDGES} are drawn. ` +
    "Choose fewer dependency types, or ask for less: dependencyGraph(deptypes: [LINK], maxDepth: 3)."
  );
}

function isChosen(edge: GraphEdge, deptypes: ReadonlySet<Deptype>): boolean {
  return edge.deptypes.some((type) => deptypes.has(type));
}

function targetsOf(size: number, edges: readonly GraphEdge[]): number[][] {
  const targets: number[][] = Array.from({ length: size }, () => []);
  for (const edge of edges) targets[edge.from]?.push(edge.to);
  return targets;
}

function reachable(size: number, edges: readonly GraphEdge[]): number[] {
  const targets = targetsOf(size, edges);
  const seen = new Set(size > 0 ? [0] : []);
  const waiting = [...seen];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const target of targets[node]!) {
      if (!seen.has(target)) {
        seen.add(target);
        waiting.push(target);
      }
    }
  }
  return [...seen].sort((left, right) => left - right);
}

/** The transitive reduction. Bit sets, from the leaves up: 500 specs and 2,500 edges take a few milliseconds. */
function withoutImplied(size: number, edges: readonly GraphEdge[]): GraphEdge[] {
  const targets = targetsOf(size, edges);
  const order = leavesFirst(size, targets);
  if (order === null) return [...edges]; // a cycle has no one reduction; Spack's graphs have none
  const below: bigint[] = Array.from({ length: size }, () => 0n); // what each node reaches, itself apart
  for (const node of order) {
    for (const target of targets[node]!) below[node]! |= below[target]! | (1n << BigInt(target));
  }
  return edges.filter(({ from, to }) =>
    targets[from]!.every((other) => other === to || ((below[other]! >> BigInt(to)) & 1n) === 0n),
  );
}

function leavesFirst(size: number, targets: readonly (readonly number[])[]): number[] | null {
  const waitsFor = targets.map((list) => list.length);
  const dependents: number[][] = Array.from({ length: size }, () => []);
  targets.forEach((list, node) => {
    for (const target of list) dependents[target]!.push(node);
  });
  const order = waitsFor.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let place = 0; place < order.length; place++) {
    for (const dependent of dependents[order[place]!]!) {
      waitsFor[dependent]! -= 1;
      if (waitsFor[dependent] === 0) order.push(dependent);
    }
  }
  return order.length === size ? order : null;
}
