/** What optional columns ask apart, for the rows of one page. */

import { ask, useLoaded } from "../api.ts";
import { DependencyCountsDocument, HoldingsDocument, type SpecRowFragment } from "../queries.ts";
import { useSnapshots } from "../snapshots.ts";
import type { Extras } from "./columns.tsx";

export function useExtras(
  specs: readonly SpecRowFragment[],
  parameters: URLSearchParams,
  chosen: ReadonlySet<string>,
): Extras {
  const hashes = specs.map(({ hash }) => hash);
  const snapshot = parameters.get("snapshot");
  const names = useSnapshots().map(({ name }) => name);
  const rows = `${snapshot} ${hashes.join()}`;
  const counts = useLoaded(chosen.has("dependencies") ? rows : null, () => countsOf(snapshot, hashes));
  const holdings = useLoaded(chosen.has("snapshots") ? `${names.join()} ${rows}` : null, () =>
    holdingsOf(names, hashes),
  );
  return { counts: counts.data, holdings: holdings.data };
}

async function countsOf(snapshot: string | null, hashes: readonly string[]) {
  const answer = await ask(DependencyCountsDocument, { snapshot, hashes, first: hashes.length });
  return new Map(
    (answer.specs?.nodes ?? []).map(({ hash, direct, transitive }) => [
      hash,
      { direct: direct.totalCount, transitive: transitive.totalCount, truncated: transitive.truncated },
    ]),
  );
}

/** By hash: the snapshots that hold it, and the stacks that do there. */
export async function holdingsOf(snapshots: readonly string[], hashes: readonly string[]) {
  const held = new Map<string, { snapshot: string; stacks: readonly string[] }[]>(hashes.map((hash) => [hash, []]));
  const answers = await Promise.all(
    snapshots.map((snapshot) => ask(HoldingsDocument, { snapshot, hashes, first: hashes.length })),
  );
  answers.forEach(({ specs }, index) => {
    for (const { hash, stacks } of specs?.nodes ?? []) {
      held.get(hash)?.push({ snapshot: snapshots[index]!, stacks: stacks.nodes.map(({ name }) => name) });
    }
  });
  return held;
}
