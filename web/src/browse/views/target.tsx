/** One target: which stacks cover it, what it runs and what runs it, and the specs for it. */

import { useAnswer } from "../api.ts";
import { Bars } from "../bars.tsx";
import { grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { TargetSummaryDocument, type TargetSummaryQuery } from "../queries.ts";
import { changed, go, pageAddress } from "../route.ts";
import { SpecTable } from "../specs/table.tsx";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

export default function TargetView({ parameters }: ViewProps) {
  const name = parameters.get("name") ?? "";
  const exact = parameters.get("exact") === "1";
  const answer = useAnswer(TargetSummaryDocument, { name, snapshot: parameters.get("snapshot") });
  return (
    <>
      <Title kind="Target">{name}</Title>
      <Show answer={answer} what="the target">
        {({ target }) =>
          target ? (
            <>
              <Summary target={target} />
              <fieldset class="inline">
                <legend>Count what is built</legend>
                <ExactChoice parameters={parameters} exact={false} label="for any target that it runs" />
                <ExactChoice parameters={parameters} exact={true} label={`for ${name} exactly`} />
              </fieldset>
              <Covers target={target} exact={exact} />
              <h2>
                {exact ? `Specs built for ${name}` : `Specs that run on ${name}`}{" "}
                <span class="count">{grouped(exact ? target.specCount : target.compatible.totalCount)}</span>
              </h2>
              <SpecTable parameters={parameters} fixed={exact ? { target: name } : { runsOn: name }} of={name} />
            </>
          ) : (
            <Nothing>Neither archspec nor the snapshot knows a target {name}.</Nothing>
          )
        }
      </Show>
    </>
  );
}

type Target = NonNullable<TargetSummaryQuery["target"]>;

function Summary({ target }: { target: Target }) {
  return (
    <div class="summary">
      <dl class="facts">
        <div>
          <dt>Family</dt>
          <dd>{target.family}</dd>
        </div>
        <div>
          <dt>Vendor</dt>
          <dd>{target.vendor}</dd>
        </div>
        {Boolean(target.generation) && (
          <div>
            <dt>Generation</dt>
            <dd>{target.generation}</dd>
          </div>
        )}
        <div>
          <dt>Extends</dt>
          <dd>
            <TargetNames targets={target.parents} />
          </dd>
        </div>
        <div class="wide">
          <dt>Runs binaries of, nearest first</dt>
          <dd>
            <TargetNames targets={target.runs} />
          </dd>
        </div>
        <div class="wide">
          <dt>Its binaries run on</dt>
          <dd>
            <TargetNames targets={target.runnableOn} />
          </dd>
        </div>
      </dl>
      <p class="actions">
        <a class="button" href={pageAddress({ view: "machine", target: target.name })}>
          What can a {target.name} machine install?
        </a>
      </p>
    </div>
  );
}

function TargetNames({ targets }: { targets: readonly { name: string; specCount?: number }[] }) {
  if (targets.length === 0) return <span class="absent">none</span>;
  return (
    <span class="names">
      {targets.map(({ name, specCount }) => (
        <a key={name} href={pageAddress({ view: "target", name })}>
          {name}
          {Boolean(specCount) && <span class="count"> {grouped(specCount!)}</span>}
        </a>
      ))}
    </span>
  );
}

function ExactChoice({ parameters, exact, label }: ViewProps & { exact: boolean; label: string }) {
  return (
    <label>
      <input
        type="radio"
        name="exact"
        checked={(parameters.get("exact") === "1") === exact}
        onChange={() =>
          go(changed(parameters, { exact: exact ? "1" : null, after: null, before: null, at: null }))
        }
      />
      {label}
    </label>
  );
}

function Covers({ target, exact }: { target: Target; exact: boolean }) {
  const { edges } = exact ? target.exactStacks : target.compatibleStacks;
  return (
    <section aria-labelledby="covers">
      <h2 id="covers">
        Stacks that cover it <span class="count">{edges.length}</span>
      </h2>
      {edges.length === 0 && <Nothing>No stack has a spec for it.</Nothing>}
      <Bars
        counts={edges.map(({ specCount, node }) => ({
          name: node.name,
          count: specCount,
          address: pageAddress({ view: "stack", name: node.name, [exact ? "target" : "runsOn"]: target.name }),
        }))}
      />
    </section>
  );
}
