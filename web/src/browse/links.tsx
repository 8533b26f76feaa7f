/** How a spec and an edge's types are written wherever they stand. */

import type { DependencyType } from "./queries.ts";
import { pageAddress } from "./route.ts";

export const HASH_SHOWN = 7; // as `spack find -l` shows it

export function SpecLink({ hash, name, version }: { hash: string; name?: string; version?: string }) {
  const label = `${name ?? ""}${version ? `@${version}` : ""}`;
  return (
    <a class="spec-link" href={pageAddress({ view: "spec", hash })} title={hash}>
      {label && `${label} `}
      <code>/{hash.slice(0, HASH_SHOWN)}</code>
    </a>
  );
}

export const DEPTYPES: readonly DependencyType[] = ["LINK", "RUN", "BUILD", "TEST"];

export function Deptypes({ types }: { types: readonly DependencyType[] }) {
  return (
    <span class="deptypes">
      {DEPTYPES.filter((type) => types.includes(type)).map((type) => (
        <span key={type} class={`deptype ${type.toLowerCase()}`}>
          {type.toLowerCase()}
        </span>
      ))}
    </span>
  );
}
