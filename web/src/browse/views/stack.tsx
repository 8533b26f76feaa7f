/** One stack: what it holds, and in which snapshots it is. */

import { ask, useAnswer, useLoaded } from "../api.ts";
import { counted, grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { StackInSnapshotDocument, StackSummaryDocument, type StackSummaryQuery } from "../queries.ts";
import { changed, pageAddress } from "../route.ts";
import { snapshotOf, useSnapshots } from "../snapshots.ts";
import { SpecTable } from "../specs/table.tsx";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

export default function StackView({ parameters }: ViewProps) {
  const name = parameters.get("name") ?? "";
  const snapshot = snapshotOf(parameters, useSnapshots());
  const answer = useAnswer(StackSummaryDocument, { name, snapshot: parameters.get("snapshot") });
  return (
    <>
      <Title kind="Stack">{name}</Title>
      <Show answer={answer} what="the stack">
        {({ stack }) =>
          stack ? (
            <Summary stack={stack} />
          ) : (
            <Nothing>
              {snapshot} has no stack {name}.
            </Nothing>
          )
        }
      </Show>
      <InSnapshots name={name} parameters={parameters} />
      <h2>Specs</h2>
      <SpecTable parameters={parameters} fixed={{ stack: name }} of={name} />
    </>
  );
}

function Summary({ stack }: { stack: NonNullable<StackSummaryQuery["stack"]> }) {
  const { name } = stack;
  return (
    <div class="summary">
      <dl class="facts">
        <div>
          <dt>Specs</dt>
          <dd>
            {grouped(stack.specCount)}, {grouped(stack.binaryCount)} in the build cache
          </dd>
        </div>
        <div>
          <dt>Packages</dt>
          <dd>{grouped(stack.packageCount)}</dd>
        </div>
        <div>
          <dt>Targets</dt>
          <dd class="names">
            {stack.targets.map((target) => (
              <a key={target.name} href={pageAddress({ view: "target", name: target.name })}>
                {target.name}
              </a>
            ))}
          </dd>
        </div>
        <div>
          <dt>Operating systems</dt>
          <dd>{stack.operatingSystems.map((system) => system.name).join(", ")}</dd>
        </div>
        <div>
          <dt>Compilers</dt>
          <dd>{stack.compilers.map((compiler) => compiler.name).join(", ")}</dd>
        </div>
      </dl>
      <p class="actions">
        <a class="button" href={pageAddress({ view: "coverage", rows: "PACKAGE", columns: "TARGET", stack: name })}>
          Coverage
        </a>
        <a class="button" href={pageAddress({ view: "changes", stack: name })}>
          What changed between snapshots
        </a>
      </p>
    </div>
  );
}

/** Which snapshots have the stack: with how many specs. */
function InSnapshots({ name, parameters }: ViewProps & { name: string }) {
  const snapshots = useSnapshots().map((each) => each.name);
  const { data } = useLoaded(snapshots.length > 0 ? `${name} ${snapshots.join()}` : null, async () => {
    const answers = await Promise.all(snapshots.map((snapshot) => ask(StackInSnapshotDocument, { name, snapshot })));
    return answers.flatMap(({ stack }, index) => (stack ? [{ snapshot: snapshots[index]!, ...stack }] : []));
  });
  if (!data || data.length === 0) return null;
  return (
    <p class="quiet">
      In{" "}
      {data.map(({ snapshot, specCount }, index) => (
        <span key={snapshot}>
          {index > 0 && ", "}
          <a href={changed(parameters, { snapshot, after: null, before: null, at: null })}>{snapshot}</a> (
          {counted(specCount, "spec")})
        </span>
      ))}
      .
    </p>
  );
}
