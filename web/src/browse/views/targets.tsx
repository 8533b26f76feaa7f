/** The targets of a snapshot's specs and their ancestors, family by family. */

import { useAnswer } from "../api.ts";
import { grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { TargetsDocument, type TargetsQuery } from "../queries.ts";
import { go, pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";
import { useMachineTargets } from "../specs/runs-on.tsx";
import { Title } from "../title.tsx";

export default function Targets({ parameters }: ViewProps) {
  const answer = useAnswer(TargetsDocument, { snapshot: parameters.get("snapshot") });
  const names = useMachineTargets(parameters.get("snapshot"));
  return (
    <>
      <Title>Targets</Title>
      <p class="lead">What binaries are built for. A machine runs those of its own target and of its ancestors.</p>
      <label class="line">
        <span>Look at any target, built for or not</span>
        <select
          value=""
          onChange={(event) => go(pageAddress({ view: "target", name: event.currentTarget.value }))}
        >
          <option value="">choose a target</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Show answer={answer} what="targets">
        {({ targets }) =>
          targets && targets.totalCount > 0 ? (
            <>
              {[...new Set(targets.nodes.map(({ family }) => family))].sort().map((family) => (
                <Family key={family} family={family} targets={targets.nodes.filter((each) => each.family === family)} />
              ))}
            </>
          ) : (
            <Nothing>The snapshot records no targets.</Nothing>
          )
        }
      </Show>
    </>
  );
}

type Listed = NonNullable<TargetsQuery["targets"]>["nodes"];

function Family({ family, targets }: { family: string; targets: Listed }) {
  return (
    <section aria-label={family}>
      <h2>{family}</h2>
      <div class="scroll" role="region" aria-label={`Targets of ${family}`} tabIndex={0}>
        <table class="even">
          <thead>
            <tr>
              <th scope="col">Target</th>
              <th scope="col" class="numeric">
                Built for it
              </th>
              <th scope="col" class="numeric">
                Run on it
              </th>
              <th scope="col" class="numeric">
                Stacks
              </th>
              <th scope="col">Extends</th>
              <th scope="col">Vendor</th>
            </tr>
          </thead>
          <tbody>
            {targets.map((target) => (
              <tr key={target.id}>
                <th scope="row">
                  <a href={pageAddress({ view: "target", name: target.name })}>{target.name}</a>
                </th>
                <td class="numeric">{grouped(target.specCount)}</td>
                <td class="numeric">{grouped(target.compatible.totalCount)}</td>
                <td class="numeric">{grouped(target.stacks.totalCount)}</td>
                <td>{target.parents.map(({ name }) => name).join(", ")}</td>
                <td>{target.vendor}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
