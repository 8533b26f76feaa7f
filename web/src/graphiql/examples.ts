import coverage from "./examples/coverage.graphql?raw";
import dependencyGraph from "./examples/dependency-graph.graphql?raw";
import search from "./examples/search.graphql?raw";
import snapshots from "./examples/snapshots.graphql?raw";
import spackConstraint from "./examples/spack-constraint.graphql?raw";
import stacksThatCover from "./examples/stacks-that-cover.graphql?raw";
import whatCanIInstall from "./examples/what-can-i-install.graphql?raw";
import whatChanged from "./examples/what-changed.graphql?raw";
import whatRebuilds from "./examples/what-rebuilds.graphql?raw";

export type Variables = Readonly<Record<string, unknown>>;

export interface Example {
  readonly question: string;
  readonly query: string;
  readonly variables: Variables;
  /** Which variables are names of two snapshots: they are filled in with what the server has. */
  readonly between?: readonly [from: string, to: string];
}

/** Questions that people have; the first is what a new visitor sees. */
export const EXAMPLES: readonly [Example, ...Example[]] = [
  { question: "Which stacks cover neoverse_v1?", query: stacksThatCover, variables: { target: "neoverse_v1" } },
  {
    question: "What can I install on zen3 with Ubuntu 22.04?",
    query: whatCanIInstall,
    variables: { target: "zen3", operatingSystem: "ubuntu22.04", matching: "hdf5" },
  },
  { question: "What rebuilds if zlib-ng changes?", query: whatRebuilds, variables: { packages: ["zlib-ng"] } },
  {
    question: "What changed between two snapshots?",
    query: whatChanged,
    variables: { from: "v2025.07.0", to: "v2025.11.0" },
    between: ["from", "to"],
  },
  {
    question: "Which stack covers which target? (heat map)",
    query: coverage,
    variables: { rows: "STACK", columns: "TARGET", where: {} },
  },
  {
    question: "What does hdf5 depend on? (graph)",
    query: dependencyGraph,
    variables: { matching: "hdf5+mpi", deptypes: ["LINK", "RUN"], maxDepth: null },
  },
  {
    question: "Which builds does a Spack constraint match?",
    query: spackConstraint,
    variables: { matching: "hdf5@1.14: +mpi %gcc@11 ^openmpi" },
  },
  { question: "What is called something like “hdf”?", query: search, variables: { text: "hdf" } },
  { question: "What does this server hold?", query: snapshots, variables: {} },
];

export interface SnapshotName {
  readonly name: string;
  readonly default: boolean;
}

/** The example's variables, its two snapshots being the default one and the one before it by name. */
export function variablesOf(example: Example, snapshots: readonly SnapshotName[]): Variables {
  if (!example.between || snapshots.length === 0) return example.variables;
  const place = Math.max(0, snapshots.findIndex((snapshot) => snapshot.default));
  const to = snapshots[place]!.name;
  const from = (snapshots[place - 1] ?? snapshots[place + 1] ?? snapshots[place]!).name;
  return { ...example.variables, [example.between[0]]: from, [example.between[1]]: to };
}

/** The name of the operation: what the tab is called. */
export function operationNameOf(query: string): string | null {
  return /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(query)?.[1] ?? null;
}

/** Whether it only asks: then it may run without being told to. */
export function isQuery(text: string): boolean {
  return !/^\s*(?:mutation|subscription)\b/m.test(text);
}

export function written(variables: Variables): string {
  return Object.keys(variables).length > 0 ? JSON.stringify(variables, null, 2) : "";
}
