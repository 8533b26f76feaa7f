/** A package in every snapshot: versions by snapshot, and each hash with the snapshots and stacks that hold it. */

import { ask, useLoaded } from "../api.ts";
import { SpecLink } from "../links.tsx";
import { grouped } from "../numbers.ts";
import { PackageInSnapshotDocument, type SpecFilter, SpecsAcrossDocument, type SpecRowFragment } from "../queries.ts";
import { changed } from "../route.ts";
import { useSnapshots } from "../snapshots.ts";
import { stacksOf } from "../specs/columns.tsx";
import { filterOf } from "../specs/filter.ts";
import { Nothing, Show } from "../states.tsx";

const SPECS_EACH = 200; // of one snapshot

interface AcrossProps {
  readonly parameters: URLSearchParams;
  readonly name: string;
}

export function Across({ parameters, name }: AcrossProps) {
  const snapshots = useSnapshots().map((each) => each.name);
  const key = `${name} ${snapshots.join()}`;
  const versions = useLoaded(snapshots.length > 0 ? key : null, () => versionsAcross(name, snapshots));
  const where = filterOf(parameters, { package: name });
  const matching = parameters.get("matching");
  const specs = useLoaded(snapshots.length > 0 ? JSON.stringify([key, where, matching]) : null, () =>
    specsAcross(snapshots, { where, matching }),
  );
  return (
    <>
      <section aria-labelledby="versions-across">
        <h2 id="versions-across">Versions by snapshot</h2>
        <Show answer={versions} what="versions">
          {(rows) => <VersionTable rows={rows} name={name} snapshots={snapshots} />}
        </Show>
      </section>
      <section aria-labelledby="specs-across">
        <h2 id="specs-across">Specs and where they are</h2>
        <Show answer={specs} what="specs">
          {({ rows, cut }) => (
            <>
              {cut.length > 0 && (
                <p class="quiet">
                  Of {cut.join(", ")} the first {SPECS_EACH} specs are shown: filter them under Specs to see others.
                </p>
              )}
              <HashTable rows={rows} />
            </>
          )}
        </Show>
      </section>
    </>
  );
}

interface VersionRow {
  readonly version: string;
  /** By snapshot: how many specs, and in how many of which stacks. */
  readonly counts: ReadonlyMap<string, { specs: number; stacks: readonly string[] }>;
}

/** Versions newest first, as each snapshot lists them. */
async function versionsAcross(name: string, snapshots: readonly string[]): Promise<VersionRow[]> {
  const rows = new Map<string, Map<string, { specs: number; stacks: readonly string[] }>>();
  const answers = await Promise.all(snapshots.map((snapshot) => ask(PackageInSnapshotDocument, { name, snapshot })));
  answers.forEach(({ coverage, specs }, index) => {
    for (const { value, count } of specs?.facets[0]?.values ?? []) {
      const row = coverage?.rows.indexOf(value) ?? -1;
      const stacks = (coverage?.columns ?? []).filter((_, column) => (coverage?.counts[row]?.[column] ?? 0) > 0);
      const counts = rows.get(value) ?? new Map();
      rows.set(value, counts.set(snapshots[index]!, { specs: count, stacks }));
    }
  });
  const order = merged(answers.map((answer) => answer.package?.versions ?? []));
  return [...rows]
    .map(([version, counts]) => ({ version, counts }))
    .sort((left, right) => order.indexOf(left.version) - order.indexOf(right.version));
}

/** One order of several lists that have their common items in one order. */
export function merged(lists: readonly (readonly string[])[]): string[] {
  const order: string[] = [];
  for (const list of lists) {
    let place = order.length;
    for (const item of [...list].reverse()) {
      const known = order.indexOf(item);
      if (known >= 0) place = known;
      else order.splice(place, 0, item);
    }
  }
  return order;
}

function VersionTable({ rows, name, snapshots }: { rows: VersionRow[]; name: string; snapshots: readonly string[] }) {
  if (rows.length === 0) return <Nothing>No snapshot has a spec of {name}.</Nothing>;
  return (
    <div class="scroll" role="region" aria-label={`Versions of ${name} by snapshot`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Version</th>
            {snapshots.map((snapshot) => (
              <th key={snapshot} scope="col">
                {snapshot}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ version, counts }) => (
            <tr key={version}>
              <th scope="row">{version}</th>
              {snapshots.map((snapshot) => (
                <td key={snapshot}>
                  <VersionCell name={name} version={version} snapshot={snapshot} counts={counts} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface VersionCellProps extends VersionRow {
  readonly name: string;
  readonly snapshot: string;
}

function VersionCell({ name, version, snapshot, counts }: VersionCellProps) {
  const found = counts.get(snapshot);
  if (!found) return <span class="absent">–</span>;
  return (
    <>
      <a href={changed(new URLSearchParams(), { view: "package", name, version, snapshot })}>{grouped(found.specs)}</a>{" "}
      <span class="quiet">{found.stacks.filter((stack) => stack !== "root").join(", ")}</span>
    </>
  );
}

interface HashRow {
  readonly spec: SpecRowFragment;
  readonly held: readonly { snapshot: string; stacks: readonly string[] }[];
}

interface Asked {
  readonly where: SpecFilter;
  readonly matching: string | null;
}

async function specsAcross(snapshots: readonly string[], asked: Asked): Promise<{ rows: HashRow[]; cut: string[] }> {
  const rows = new Map<string, HashRow>();
  const cut: string[] = [];
  const answers = await Promise.all(
    snapshots.map((snapshot) => ask(SpecsAcrossDocument, { snapshot, ...asked, first: SPECS_EACH })),
  );
  answers.forEach(({ specs }, index) => {
    const snapshot = snapshots[index]!;
    if (specs && specs.totalCount > specs.nodes.length) cut.push(snapshot);
    for (const spec of specs?.nodes ?? []) {
      const held = [...(rows.get(spec.hash)?.held ?? []), { snapshot, stacks: stacksOf(spec) }];
      rows.set(spec.hash, { spec, held });
    }
  });
  return { rows: [...rows.values()], cut };
}

function HashTable({ rows }: { rows: readonly HashRow[] }) {
  if (rows.length === 0) return <Nothing>No snapshot has such a spec.</Nothing>;
  return (
    <div class="scroll" role="region" aria-label="Specs across snapshots" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Hash</th>
            <th scope="col">Version</th>
            <th scope="col">Compiler</th>
            <th scope="col">Target</th>
            <th scope="col">Operating system</th>
            <th scope="col">Snapshots and stacks</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ spec, held }) => (
            <tr key={spec.hash}>
              <th scope="row">
                <SpecLink hash={spec.hash} />
              </th>
              <td>{spec.version}</td>
              <td>{spec.compiler?.name ?? "none"}</td>
              <td>{spec.target.name}</td>
              <td>{spec.operatingSystem.name}</td>
              <td>
                <span class="names">
                  {held.map(({ snapshot, stacks }) => (
                    <a
                      key={snapshot}
                      href={changed(new URLSearchParams(), { view: "spec", hash: spec.hash, snapshot })}
                    >
                      {snapshot} <span class="count">{stacks.filter((stack) => stack !== "root").join(", ")}</span>
                    </a>
                  ))}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
