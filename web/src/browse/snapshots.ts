import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { SnapshotsQuery } from "./queries.ts";

export type Snapshots = SnapshotsQuery["snapshots"];

export const SnapshotsContext = createContext<Snapshots>([]);

export function useSnapshots(): Snapshots {
  return useContext(SnapshotsContext);
}

/** The name of the snapshot that the page shows; the default one where the address names none. */
export function snapshotOf(parameters: URLSearchParams, snapshots: Snapshots): string {
  return parameters.get("snapshot") ?? snapshots.find((snapshot) => snapshot.default)?.name ?? "";
}
