/** Two snapshots compared: what changed, and what the changes follow from. */

import { useAnswer } from "../api.ts";
import { useAnnouncement } from "../announce.tsx";
import { ChangedSpecs } from "../changes/changed-specs.tsx";
import { ChangeTable, KINDS } from "../changes/change-table.tsx";
import { counted, grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { ChangesDocument, type ChangesQuery, StacksDocument } from "../queries.ts";
import { changed, current, go } from "../route.ts";
import { type Snapshots, snapshotOf, useSnapshots } from "../snapshots.ts";
import { Constraint } from "../specs/constraint.tsx";
import { filterOf } from "../specs/filter.ts";
import { Nothing, Show } from "../states.tsx";
import { Tabs, tabOf } from "../tabs.tsx";
import { Title } from "../title.tsx";

export default function Changes({ parameters }: ViewProps) {
  const snapshots = useSnapshots();
  const to = parameters.get("to") ?? snapshotOf(parameters, snapshots);
  const from = parameters.get("from") ?? before(to, snapshots);
  const asked = {
    from,
    to,
    matching: parameters.get("matching"),
    where: filterOf(parameters, {}),
  };
  const answer = useAnswer(ChangesDocument, from && to ? asked : null);
  const diff = answer.data?.snapshotDiff;
  const refused = answer.error?.code === "SPEC_SYNTAX" ? answer.error.message : undefined;
  useAnnouncement(diff && !answer.loading ? `${counted(diff.rootCauses.length, "root cause")}` : undefined);
  return (
    <>
      <Title>What changed between two snapshots</Title>
      <div class="options">
        <SnapshotChoice name="from" label="From" chosen={from} snapshots={snapshots} />
        <SnapshotChoice name="to" label="To" chosen={to} snapshots={snapshots} />
        <StackChoice parameters={parameters} from={from} to={to} />
      </div>
      <Constraint parameters={parameters} refused={refused} />
      {!refused && (
        <Show answer={answer} what="the changes">
          {(data) =>
            data.snapshotDiff ? (
              <Diff diff={data.snapshotDiff} parameters={parameters} asked={asked} />
            ) : (
              <Nothing>Choose two snapshots.</Nothing>
            )
          }
        </Show>
      )}
    </>
  );
}

/** The snapshot before one, in the order of the list; the one after where it is the first. */
function before(name: string, snapshots: Snapshots): string {
  const place = snapshots.findIndex((each) => each.name === name);
  return (snapshots[place - 1] ?? snapshots[place + 1])?.name ?? "";
}

const NEW_PLACE = { after: null, at: null };

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  readonly snapshots: Snapshots;
}

function SnapshotChoice({ name, label, chosen, snapshots }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select
        value={chosen}
        onChange={(event) => go(changed(current(), { [name]: event.currentTarget.value, ...NEW_PLACE }))}
      >
        {snapshots.map((each) => (
          <option key={each.name} value={each.name}>
            {each.name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A diff is most useful stack by stack: the stacks that either has. */
function StackChoice({ parameters, from, to }: ViewProps & { from: string; to: string }) {
  const earlier = useAnswer(StacksDocument, from ? { snapshot: from } : null).data?.stacks?.nodes ?? [];
  const later = useAnswer(StacksDocument, to ? { snapshot: to } : null).data?.stacks?.nodes ?? [];
  const names = [...new Set([...earlier, ...later].map(({ name }) => name))].sort();
  const chosen = parameters.get("stack") ?? "";
  return (
    <label>
      <span>Stack</span>
      <select
        value={chosen}
        onChange={(event) => go(changed(current(), { stack: event.currentTarget.value, ...NEW_PLACE }))}
      >
        <option value="">all</option>
        {chosen && !names.includes(chosen) && <option value={chosen}>{chosen}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

type SnapshotDiff = NonNullable<ChangesQuery["snapshotDiff"]>;

export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly matching: string | null;
  readonly where: ReturnType<typeof filterOf>;
}

function Diff({ diff, parameters, asked }: ViewProps & { diff: SnapshotDiff; asked: Asked }) {
  const tabs = [
    ["causes", `Root causes (${grouped(diff.rootCauses.length)})`],
    ["packages", `All changes of packages (${grouped(diff.packages.length)})`],
    ["added", `Specs added (${grouped(diff.added.totalCount)})`],
    ["removed", `Specs removed (${grouped(diff.removed.totalCount)})`],
  ] as const;
  const tab = tabOf(parameters, tabs);
  return (
    <>
      <p class="result">
        <strong>{grouped(diff.added.totalCount)}</strong> specs added, <strong>{grouped(diff.removed.totalCount)}</strong>{" "}
        removed, {grouped(diff.unchangedCount)} unchanged. {summary(diff)}
      </p>
      <Tabs parameters={withoutPlace(parameters)} label="Parts of the comparison" tabs={tabs} chosen={tab} />
      {tab === "causes" && (
        <>
          <p class="quiet">
            Packages whose own version, variants, compiler, target, system or recipe changed, and those that came or
            went: what all other rebuilds follow from.
          </p>
          <ChangeTable changes={diff.rootCauses} parameters={parameters} asked={asked} />
        </>
      )}
      {tab === "packages" && <ChangeTable changes={diff.packages} parameters={parameters} asked={asked} />}
      {(tab === "added" || tab === "removed") && (
        <ChangedSpecs which={tab} parameters={parameters} asked={asked} key={tab} />
      )}
    </>
  );
}

function withoutPlace(parameters: URLSearchParams): URLSearchParams {
  return new URLSearchParams(changed(parameters, { after: null, at: null, kind: null }));
}

function summary({ packages }: SnapshotDiff): string {
  const kinds = Object.entries(KINDS).flatMap(([kind, says]) => {
    const count = packages.filter(({ change }) => change === kind).length;
    return count > 0 ? [`${grouped(count)} ${says}`] : [];
  });
  return kinds.length > 0 ? `Packages: ${kinds.join(", ")}.` : "No package changed.";
}
