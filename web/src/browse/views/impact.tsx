/** What must be rebuilt if packages or specs change. */

import { useId, useState } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { Bars } from "../bars.tsx";
import { useAnnouncement } from "../announce.tsx";
import { DeptypeChoice, deptypesOf } from "../deptype-choice.tsx";
import { SpecLink } from "../links.tsx";
import { counted, grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { Pager, sizeOf } from "../pager.tsx";
import { ImpactDocument, type ImpactQuery } from "../queries.ts";
import { changed, current, go, pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

const CHANGED_SHOWN = 12;

export default function Impact({ parameters }: ViewProps) {
  const packages = parameters.getAll("package");
  const hashes = parameters.getAll("of");
  const asked = packages.length + hashes.length > 0;
  const answer = useAnswer(
    ImpactDocument,
    asked
      ? {
          packages,
          hashes,
          deptypes: deptypesOf(parameters),
          snapshot: parameters.get("snapshot"),
          first: sizeOf(parameters),
          after: parameters.get("after"),
        }
      : null,
  );
  const impact = answer.data?.impact;
  useAnnouncement(impact && !answer.loading ? `${counted(impact.affectedCount, "spec")} to rebuild` : undefined);
  return (
    <>
      <Title>What rebuilds if this changes?</Title>
      <Choice key={[...packages, ...hashes].join()} packages={packages} hashes={hashes} />
      <DeptypeChoice parameters={parameters} />
      {asked ? (
        <Show answer={answer} what="the impact">
          {({ impact: found }) =>
            found ? <Found impact={found} parameters={parameters} /> : <Nothing>No answer.</Nothing>
          }
        </Show>
      ) : (
        <Nothing>Name packages, such as zlib-ng, or hashes of specs.</Nothing>
      )}
    </>
  );
}

const HASH = /^\/?[a-z2-7]{32}$/;

function Choice({ packages, hashes }: { packages: string[]; hashes: string[] }) {
  const [text, setText] = useState([...packages, ...hashes.map((hash) => `/${hash}`)].join(" "));
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const words = text.split(/[\s,]+/).filter(Boolean);
    const isHash = (word: string) => word.startsWith("/") || HASH.test(word);
    go(
      changed(current(), {
        package: words.filter((word) => !isHash(word)),
        of: words.filter(isHash).map((word) => word.replace("/", "")),
        after: null,
        at: null,
      }),
    );
  };
  return (
    <form class="line" onSubmit={submit}>
      <label for={id}>Packages, or /hashes</label>
      <input
        id={id}
        class="mono"
        spellcheck={false}
        value={text}
        placeholder="zlib-ng"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="primary">
        Ask
      </button>
    </form>
  );
}

type Found = NonNullable<ImpactQuery["impact"]>;

function Found({ impact, parameters }: ViewProps & { impact: Found }) {
  return (
    <>
      <p class="result">
        <strong>{grouped(impact.affectedCount)}</strong> {impact.affectedCount === 1 ? "spec" : "specs"}
        {impact.truncated && " or more"} must be rebuilt when {counted(impact.changed.length, "spec")} change, in{" "}
        {counted(impact.waves.length, "wave")}.
      </p>
      <p class="quiet">
        Changed:{" "}
        {impact.changed.slice(0, CHANGED_SHOWN).map((spec, index) => (
          <span key={spec.hash}>
            {index > 0 && ", "}
            <SpecLink hash={spec.hash} name={spec.package.name} version={spec.version} />
          </span>
        ))}
        {impact.changed.length > CHANGED_SHOWN && ` and ${impact.changed.length - CHANGED_SHOWN} more`}
      </p>
      {impact.affectedCount > 0 && (
        <>
          <div class="columns">
            <Waves waves={impact.waves} />
            <div>
              <Counts title="By stack" counts={impact.byStack} view="stack" />
              <Counts title="By target" counts={impact.byTarget} view="target" />
            </div>
          </div>
          <Affected impact={impact} parameters={parameters} />
        </>
      )}
    </>
  );
}

function Waves({ waves }: { waves: Found["waves"] }) {
  return (
    <section aria-labelledby="waves">
      <h2 id="waves">Rebuild waves</h2>
      <p class="quiet">What can be rebuilt side by side, once all earlier waves are.</p>
      <Bars counts={waves.map(({ index, specCount }) => ({ name: `Wave ${index}`, count: specCount }))} narrow />
    </section>
  );
}

function Counts({ title, counts, view }: { title: string; counts: Found["byStack"]; view: string }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <Bars
        counts={counts.map(({ value, count }) => ({
          name: value,
          count,
          address: pageAddress({ view, name: value }),
        }))}
      />
    </section>
  );
}

function Affected({ impact, parameters }: ViewProps & { impact: Found }) {
  const { affected } = impact;
  return (
    <section aria-labelledby="affected">
      <h2 id="affected">
        To rebuild <span class="count">{grouped(affected.totalCount)}</span>
      </h2>
      <div class="scroll" role="region" aria-label="Table of specs to rebuild" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Spec</th>
              <th scope="col">Compiler</th>
              <th scope="col">Target</th>
              <th scope="col">Stacks</th>
            </tr>
          </thead>
          <tbody>
            {affected.nodes.map((spec) => (
              <tr key={spec.hash}>
                <th scope="row">
                  <SpecLink hash={spec.hash} name={spec.package.name} version={spec.version} />
                </th>
                <td>{spec.compiler?.name ?? "none"}</td>
                <td>{spec.target.name}</td>
                <td>{spec.stacks.nodes.map(({ name }) => name).join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager
        parameters={parameters}
        page={affected.pageInfo}
        shown={affected.nodes.length}
        total={affected.totalCount}
        noun="specs"
        forwardOnly
      />
    </section>
  );
}
