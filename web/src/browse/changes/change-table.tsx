/** Changes of packages between two snapshots, by kind. */

import { counted, grouped } from "../numbers.ts";
import type { ChangeFragment, SnapshotChange } from "../queries.ts";
import { changed, go } from "../route.ts";
import { Nothing } from "../states.tsx";
import type { Asked } from "../views/changes.tsx";

export const KINDS: Readonly<Record<SnapshotChange, string>> = {
  ADDED: "added",
  REMOVED: "removed",
  VERSION_CHANGED: "another version",
  REBUILT: "rebuilt",
  TARGET_GAINED: "target gained",
  TARGET_LOST: "target lost",
};

const SHOWN = 300;

interface ChangeTableProps {
  readonly changes: readonly ChangeFragment[];
  readonly parameters: URLSearchParams;
  readonly asked: Asked;
}

export function ChangeTable({ changes, parameters, asked }: ChangeTableProps) {
  if (changes.length === 0) return <Nothing>None.</Nothing>;
  const kind = parameters.get("kind") ?? "";
  const selected = changes.filter(({ change }) => kind === "" || change === kind);
  const shown = parameters.get("all") === "1" ? selected : selected.slice(0, SHOWN);
  return (
    <>
      <div class="options">
        <label>
          <span>Kind</span>
          <select
            value={kind}
            onChange={(event) => go(changed(parameters, { kind: event.currentTarget.value }), { replace: true })}
          >
            <option value="">all ({grouped(changes.length)})</option>
            {Object.entries(KINDS).map(([each, says]) => (
              <option key={each} value={each}>
                {says} ({grouped(changes.filter(({ change }) => change === each).length)})
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="scroll" role="region" aria-label="Table of changes" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Package</th>
              <th scope="col">Change</th>
              <th scope="col">Versions before</th>
              <th scope="col">Versions after</th>
              <th scope="col" class="numeric">
                Specs added
              </th>
              <th scope="col" class="numeric">
                Specs removed
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <ChangeRow key={`${each.package} ${each.change}`} change={each} asked={asked} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < selected.length && (
        <p>
          The first {grouped(shown.length)} are shown.{" "}
          <a href={changed(parameters, { all: "1" })}>Show all {counted(selected.length, "change")}</a>
        </p>
      )}
    </>
  );
}

function ChangeRow({ change, asked }: { change: ChangeFragment; asked: Asked }) {
  const snapshot = change.toVersions.length > 0 ? asked.to : asked.from;
  const address = changed(new URLSearchParams(), { view: "package", name: change.package, snapshot });
  return (
    <tr>
      <th scope="row">
        <a href={address}>{change.package}</a>
      </th>
      <td>
        <span class={`change ${change.change.toLowerCase()}`}>{KINDS[change.change]}</span>
      </td>
      <td>{change.fromVersions.join(", ")}</td>
      <td>{change.toVersions.join(", ")}</td>
      <td class="numeric">{grouped(change.addedCount)}</td>
      <td class="numeric">{grouped(change.removedCount)}</td>
    </tr>
  );
}
