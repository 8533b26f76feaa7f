/** What two specs need, however far down: the packages of which the two sides need other specs. */

import { ask, useLoaded } from "../api.ts";
import { SpecLink } from "../links.tsx";
import { counted, grouped } from "../numbers.ts";
import { DependenciesDocument, type RelatedFragment } from "../queries.ts";
import { pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";

const AT_MOST = 2000;

interface BelowProps {
  readonly left: string;
  readonly right: string;
  readonly snapshot: string | null;
}

type Needed = RelatedFragment["edges"][number]["node"];

interface Row {
  readonly name: string;
  readonly left: readonly Needed[];
  readonly right: readonly Needed[];
  /** Whether the versions are the same, so that only what lies below them, or their variants, differ. */
  readonly sameVersions: boolean;
}

export function Below({ left, right, snapshot }: BelowProps) {
  const answer = useLoaded([left, right, snapshot].join(" "), async () => {
    const [one, other] = await Promise.all([left, right].map((hash) => closure(hash, snapshot)));
    return differing(one!, other!);
  });
  return (
    <section aria-labelledby="below">
      <h2 id="below">Everything below them</h2>
      <Show answer={answer} what="what lies below">
        {({ rows, alike }) => (
          <>
            <p class="quiet">
              {counted(rows.length, "package")} {rows.length === 1 ? "differs" : "differ"} among all that they need,
              other versions first; {counted(alike, "spec")} {alike === 1 ? "is" : "are"} the same.
            </p>
            {rows.length === 0 ? <Nothing>Nothing that is recorded.</Nothing> : <BelowTable rows={rows} />}
          </>
        )}
      </Show>
    </section>
  );
}

async function closure(hash: string, snapshot: string | null): Promise<Needed[]> {
  const variables = { hash, snapshot, deptypes: null, transitive: true, first: AT_MOST };
  const { spec } = await ask(DependenciesDocument, variables);
  return spec?.related.edges.map(({ node }) => node) ?? [];
}

/** Specs that one side alone needs, by package: those of other versions first, then by name. */
export function differing(left: readonly Needed[], right: readonly Needed[]): { rows: Row[]; alike: number } {
  const hashes = (nodes: readonly Needed[]) => new Set(nodes.map(({ hash }) => hash));
  const [inLeft, inRight] = [hashes(left), hashes(right)];
  const onlyLeft = left.filter(({ hash }) => !inRight.has(hash));
  const onlyRight = right.filter(({ hash }) => !inLeft.has(hash));
  const names = [...new Set([...onlyLeft, ...onlyRight].map((node) => node.package.name))].sort();
  const rows = names.map((name) => {
    const [one, other] = [onlyLeft, onlyRight].map((nodes) => nodes.filter((node) => node.package.name === name));
    const versions = (nodes: readonly Needed[]) => [...new Set(nodes.map(({ version }) => version))].sort().join();
    return { name, left: one!, right: other!, sameVersions: versions(one!) === versions(other!) };
  });
  rows.sort((one, other) => Number(one.sameVersions) - Number(other.sameVersions));
  return { rows, alike: left.length - onlyLeft.length };
}

function BelowTable({ rows }: { rows: readonly Row[] }) {
  return (
    <div class="scroll" role="region" aria-label="What differs below" tabIndex={0}>
      <table class="diff">
        <thead>
          <tr>
            <th scope="col">Package</th>
            <th scope="col">Left</th>
            <th scope="col">Right</th>
            <th scope="col">What changed there</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, left, right, sameVersions }) => (
            <tr key={name}>
              <th scope="row">
                <a href={pageAddress({ view: "package", name })}>{name}</a>
              </th>
              <Specs nodes={left} />
              <Specs nodes={right} />
              <td>
                {left.length === 1 && right.length === 1 ? (
                  <a href={pageAddress({ view: "compare", left: left[0]!.hash, right: right[0]!.hash })}>
                    {sameVersions ? "The same version, another build" : "Another version"}
                  </a>
                ) : left.length === 0 || right.length === 0 ? (
                  "Needed on one side"
                ) : (
                  `${grouped(left.length)} and ${grouped(right.length)} specs`
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Specs({ nodes }: { nodes: readonly Needed[] }) {
  return (
    <td>
      {nodes.length === 0 && <span class="absent">none</span>}
      <span class="names">
        {nodes.map(({ hash, version }) => (
          <SpecLink key={hash} hash={hash} version={version} />
        ))}
      </span>
    </td>
  );
}
