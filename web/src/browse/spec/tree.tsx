/** Dependencies or dependents: as a tree whose branches are asked for when they are opened, or as one flat list. */

import { type Answer, ask, useAnswer, useLoaded } from "../api.ts";
import { DeptypeChoice, deptypesOf } from "../deptype-choice.tsx";
import { Deptypes, SpecLink } from "../links.tsx";
import { counted, grouped } from "../numbers.ts";
import { DependenciesDocument, DependentsDocument, RelationCountsDocument, type RelatedFragment } from "../queries.ts";
import { changed, go } from "../route.ts";
import { Nothing, Show } from "../states.tsx";
import { Branches } from "./branches.tsx";

export type Direction = "dependencies" | "dependents";

export const FLAT_AT_MOST = 1000;

export interface TreeProps {
  readonly parameters: URLSearchParams;
  readonly hash: string;
  readonly direction: Direction;
}

const QUERIES = { dependencies: DependenciesDocument, dependents: DependentsDocument };

/** What a spec is directly related to, or with `transitive` however far. */
export function askRelated({ parameters, hash, direction }: TreeProps, transitive: boolean) {
  return ask(QUERIES[direction], {
    hash,
    snapshot: parameters.get("snapshot"),
    deptypes: deptypesOf(parameters),
    transitive,
    first: FLAT_AT_MOST,
  });
}

export function relatedKey({ parameters, hash, direction }: TreeProps, transitive: boolean): string {
  return [hash, direction, transitive, parameters.get("snapshot"), parameters.get("deptypes")].join(" ");
}

export function Tree({ parameters, hash, direction }: TreeProps) {
  const flat = parameters.get("flat") === "1";
  const deptypes = deptypesOf(parameters);
  const counts = useAnswer(RelationCountsDocument, { hash, snapshot: parameters.get("snapshot"), deptypes });
  const found = counts.data?.spec;
  const direct = direction === "dependencies" ? found?.direct : found?.directDependents;
  const transitive = direction === "dependencies" ? found?.transitive : found?.transitiveDependents;
  return (
    <section aria-label={direction === "dependencies" ? "Dependencies" : "Needed by"}>
      <div class="options">
        <DeptypeChoice parameters={parameters} />
        <label class="switch">
          <input
            type="checkbox"
            checked={flat}
            onChange={() => go(changed(parameters, { flat: flat ? null : "1" }), { replace: true })}
          />
          Flatten
        </label>
        {direct && transitive && (
          <p class="quiet" data-counts>
            {grouped(direct.totalCount)} direct, {grouped(transitive.totalCount)}
            {transitive.truncated && " or more"} in all
          </p>
        )}
      </div>
      {flat ? (
        <Flat parameters={parameters} hash={hash} direction={direction} />
      ) : (
        <Branches
          parameters={parameters}
          hash={hash}
          direction={direction}
          key={relatedKey({ parameters, hash, direction }, false)}
        />
      )}
    </section>
  );
}

function Flat(props: TreeProps) {
  const answer: Answer<Awaited<ReturnType<typeof askRelated>>> = useLoaded(relatedKey(props, true), () =>
    askRelated(props, true),
  );
  return (
    <Show answer={answer} what="specs">
      {({ spec }) => (spec ? <FlatTable related={spec.related} direction={props.direction} /> : <Nothing>None.</Nothing>)}
    </Show>
  );
}

function FlatTable({ related, direction }: { related: RelatedFragment; direction: Direction }) {
  if (related.totalCount === 0) return <Nothing>None that is recorded.</Nothing>;
  const label = direction === "dependencies" ? "All dependencies" : "All that need it";
  return (
    <>
      <div class="scroll" role="region" aria-label={label} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Spec</th>
              <th scope="col" class="numeric">
                Edges away
              </th>
              <th scope="col">First edge</th>
              <th scope="col">Provides</th>
            </tr>
          </thead>
          <tbody>
            {related.edges.map(({ node, depth, deptypes, virtuals }) => (
              <tr key={node.id}>
                <th scope="row">
                  <SpecLink hash={node.hash} name={node.package.name} version={node.version} />
                </th>
                <td class="numeric">{depth}</td>
                <td>
                  <Deptypes types={deptypes} />
                </td>
                <td>{virtuals.join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {related.totalCount > related.edges.length && (
        <p class="quiet">The first {counted(related.edges.length, "spec")} are shown.</p>
      )}
    </>
  );
}
