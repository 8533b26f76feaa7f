/** The specs that one of two snapshots alone holds. */

import { useAnswer } from "../api.ts";
import { HASH_SHOWN } from "../links.tsx";
import { Pager, sizeOf } from "../pager.tsx";
import { AddedSpecsDocument, RemovedSpecsDocument, type SpecRowFragment } from "../queries.ts";
import { changed } from "../route.ts";
import { Nothing, Show } from "../states.tsx";
import type { Asked } from "../views/changes.tsx";

interface ChangedSpecsProps {
  readonly which: "added" | "removed";
  readonly parameters: URLSearchParams;
  readonly asked: Asked;
}

export function ChangedSpecs({ which, parameters, asked }: ChangedSpecsProps) {
  const variables = { ...asked, first: sizeOf(parameters), after: parameters.get("after") };
  const answer = useAnswer(which === "added" ? AddedSpecsDocument : RemovedSpecsDocument, variables);
  const snapshot = which === "added" ? asked.to : asked.from;
  return (
    <Show answer={answer} what="specs">
      {({ snapshotDiff }) =>
        snapshotDiff && snapshotDiff.specs.totalCount > 0 ? (
          <>
            <SpecRows specs={snapshotDiff.specs.nodes} snapshot={snapshot} label={`Specs ${which}`} />
            <Pager
              parameters={parameters}
              page={snapshotDiff.specs.pageInfo}
              shown={snapshotDiff.specs.nodes.length}
              total={snapshotDiff.specs.totalCount}
              noun="specs"
              forwardOnly
            />
          </>
        ) : (
          <Nothing>None.</Nothing>
        )
      }
    </Show>
  );
}

interface SpecRowsProps {
  readonly specs: readonly SpecRowFragment[];
  readonly snapshot: string;
  readonly label: string;
}

function SpecRows({ specs, snapshot, label }: SpecRowsProps) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Spec</th>
            <th scope="col">Compiler</th>
            <th scope="col">Target</th>
            <th scope="col">Operating system</th>
            <th scope="col">Stacks</th>
          </tr>
        </thead>
        <tbody>
          {specs.map((spec) => (
            <tr key={spec.hash}>
              <th scope="row">
                <a href={changed(new URLSearchParams(), { view: "spec", hash: spec.hash, snapshot })}>
                  {spec.package.name}@{spec.version} <code>/{spec.hash.slice(0, HASH_SHOWN)}</code>
                </a>
              </th>
              <td>{spec.compiler?.name ?? "none"}</td>
              <td>{spec.target.name}</td>
              <td>{spec.operatingSystem.name}</td>
              <td>{spec.stacks.nodes.map(({ name }) => name).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
