/** The snapshots that hold a hash, and the stacks that do there. */

import { useLoaded } from "../api.ts";
import { changed } from "../route.ts";
import { useSnapshots } from "../snapshots.ts";
import { holdingsOf } from "../specs/extras.ts";

export function Elsewhere({ hash }: { hash: string }) {
  const names = useSnapshots().map(({ name }) => name);
  const { data } = useLoaded(names.length > 0 ? `${hash} ${names.join()}` : null, () => holdingsOf(names, [hash]));
  const held = data?.get(hash) ?? [];
  if (held.length === 0) return null;
  return (
    <p class="quiet">
      In {held.length === 1 ? "snapshot" : "snapshots"}{" "}
      {held.map(({ snapshot, stacks }, index) => (
        <span key={snapshot}>
          {index > 0 && "; "}
          <a href={changed(new URLSearchParams(), { view: "spec", hash, snapshot })}>{snapshot}</a>
          {stacks.length > 0 && ` (${stacks.join(", ")})`}
        </span>
      ))}
      .
    </p>
  );
}
