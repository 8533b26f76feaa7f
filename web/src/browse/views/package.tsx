/** A package: its specs, what it depends on and what depends on it, and where it is across snapshots. */

import { useAnswer } from "../api.ts";
import { counted } from "../numbers.ts";
import { Across } from "../package/across.tsx";
import { Relations } from "../package/relations.tsx";
import type { ViewProps } from "../page.tsx";
import { PackageSummaryDocument, type PackageSummaryQuery } from "../queries.ts";
import { pageAddress } from "../route.ts";
import { snapshotOf, useSnapshots } from "../snapshots.ts";
import { SpecTable } from "../specs/table.tsx";
import { Nothing, Show } from "../states.tsx";
import { Tabs, tabOf } from "../tabs.tsx";
import { Title } from "../title.tsx";

const TABS = [
  ["specs", "Specs"],
  ["relations", "Depends on, needed by"],
  ["across", "Across snapshots"],
] as const;

export default function Package({ parameters }: ViewProps) {
  const name = parameters.get("name") ?? "";
  const tab = tabOf(parameters, TABS);
  const answer = useAnswer(PackageSummaryDocument, { name, snapshot: parameters.get("snapshot") });
  return (
    <>
      <Title kind="Package">{name}</Title>
      <Show answer={answer} what="the package">
        {(data) =>
          data.package ? <Summary of={data.package} /> : <NotHere name={name} parameters={parameters} />
        }
      </Show>
      <Tabs parameters={parameters} label={`Parts of ${name}`} tabs={TABS} chosen={tab} />
      {tab === "specs" && <SpecTable parameters={parameters} fixed={{ package: name }} of={name} />}
      {tab === "relations" && <Relations parameters={parameters} name={name} />}
      {tab === "across" && <Across parameters={parameters} name={name} />}
    </>
  );
}

function NotHere({ name, parameters }: ViewProps & { name: string }) {
  const snapshot = snapshotOf(parameters, useSnapshots());
  return (
    <Nothing>
      {snapshot} has no package {name}. It may be in another snapshot.
    </Nothing>
  );
}

function Summary({ of }: { of: NonNullable<PackageSummaryQuery["package"]> }) {
  const stacks = of.stacks.edges.filter(({ node }) => !node.root).length;
  return (
    <div class="summary">
      <p>
        {counted(of.specCount, "spec")}, {counted(of.versions.length, "version")}
        {of.latestVersion && ` (newest ${of.latestVersion})`}, in {counted(stacks, "stack")}; depends on{" "}
        {counted(of.dependencies.totalCount, "package")}, {counted(of.dependents.totalCount, "package")}{" "}
        {of.dependents.totalCount === 1 ? "depends" : "depend"} on it.
      </p>
      <p class="actions">
        <a
          class="button"
          href={pageAddress({ view: "coverage", rows: "STACK", columns: "TARGET", matching: of.name })}
        >
          Coverage
        </a>
        <a class="button" href={pageAddress({ view: "impact", package: of.name })}>
          What rebuilds if it changes
        </a>
        <a class="button" href={pageAddress({ view: "machine", matching: of.name })}>
          Can my machine install it?
        </a>
      </p>
    </div>
  );
}
