/** Two specs side by side: what differs, and which of their dependencies do. */

import { useId, useState } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { SpecLink } from "../links.tsx";
import type { ViewProps } from "../page.tsx";
import { CompareDocument, type CompareQuery, type SpecRowFragment } from "../queries.ts";
import { go, pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";
import { Below } from "./compare-below.tsx";

export default function Compare({ parameters }: ViewProps) {
  const left = parameters.get("left") ?? "";
  const right = parameters.get("right") ?? "";
  const snapshot = parameters.get("snapshot");
  const answer = useAnswer(CompareDocument, left && right ? { left, right, snapshot } : null);
  return (
    <>
      <Title>Compare two specs</Title>
      <Choice key={`${left} ${right}`} left={left} right={right} />
      {left && right && (
        <Show answer={answer} what="the comparison">
          {({ specDiff }) =>
            specDiff ? (
              <>
                <Difference diff={specDiff} />
                {!specDiff.equal && (
                  <Below left={specDiff.left.hash} right={specDiff.right.hash} snapshot={snapshot} />
                )}
              </>
            ) : (
              <Nothing>There is nothing to compare.</Nothing>
            )
          }
        </Show>
      )}
    </>
  );
}

function Choice(given: { left: string; right: string }) {
  const [left, setLeft] = useState(given.left);
  const [right, setRight] = useState(given.right);
  const id = useId();
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        go(pageAddress({ view: "compare", left: left.trim(), right: right.trim() }));
      }}
    >
      <label for={`${id}-left`}>Hash</label>
      <input
        id={`${id}-left`}
        class="mono"
        spellcheck={false}
        value={left}
        onInput={(event) => setLeft(event.currentTarget.value)}
      />
      <label for={`${id}-right`}>with</label>
      <input
        id={`${id}-right`}
        class="mono"
        spellcheck={false}
        value={right}
        onInput={(event) => setRight(event.currentTarget.value)}
      />
      <button type="submit" class="primary">
        Compare
      </button>
    </form>
  );
}

type Diff = NonNullable<CompareQuery["specDiff"]>;

function Difference({ diff }: { diff: Diff }) {
  const { left, right, differences, dependencies } = diff;
  return (
    <>
      {diff.equal && <Nothing>They are one spec: the hash is the same.</Nothing>}
      <section aria-labelledby="differences">
        <h2 id="differences">
          What differs <span class="count">{differences.length}</span>
        </h2>
        <div class="scroll" role="region" aria-label="Attributes that differ" tabIndex={0}>
          <table class="diff">
            <thead>
              <tr>
                <th scope="col">Attribute</th>
                <SideHead spec={left} />
                <SideHead spec={right} />
              </tr>
            </thead>
            <tbody>
              {differences.map(({ attribute, left: was, right: is }) => (
                <tr key={attribute}>
                  <th scope="row">{attribute}</th>
                  <Side value={was} side="left" />
                  <Side value={is} side="right" />
                </tr>
              ))}
              {differences.length === 0 && !diff.equal && (
                <tr>
                  <td colSpan={3} class="quiet">
                    Nothing that is recorded of the two themselves: they differ in what they depend on.
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        </div>
        <Alike left={left} right={right} />
      </section>
      <section aria-labelledby="dependencies-that-differ">
        <h2 id="dependencies-that-differ">
          Direct dependencies that differ <span class="count">{dependencies.length}</span>
        </h2>
        {dependencies.length === 0 ? (
          <Nothing>None that is recorded on both sides.</Nothing>
        ) : (
          <DependencyTable dependencies={dependencies} />
        )}
      </section>
    </>
  );
}

function SideHead({ spec }: { spec: SpecRowFragment }) {
  return (
    <th scope="col">
      <SpecLink hash={spec.hash} name={spec.package.name} version={spec.version} />
    </th>
  );
}

function Side({ value, side }: { value: string | null | undefined; side: "left" | "right" }) {
  return <td class={`side ${side}`}>{value == null ? <span class="absent">none</span> : <code>{value}</code>}</td>;
}

function Alike({ left, right }: { left: SpecRowFragment; right: SpecRowFragment }) {
  const variants = left.variants.filter(({ text }) => right.variants.some((each) => each.text === text));
  if (variants.length === 0) return null;
  return (
    <p class="alike">
      <span class="quiet">Both have </span>
      {variants.map(({ text }) => (
        <code key={text}>{text}</code>
      ))}
    </p>
  );
}

function DependencyTable({ dependencies }: { dependencies: Diff["dependencies"] }) {
  return (
    <div class="scroll" role="region" aria-label="Dependencies that differ" tabIndex={0}>
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
          {dependencies.map(({ package: name, left, right }) => (
            <tr key={`${name} ${left?.hash} ${right?.hash}`}>
              <th scope="row">
                <a href={pageAddress({ view: "package", name })}>{name}</a>
              </th>
              <td>{left ? <SpecLink hash={left.hash} version={left.version} /> : <span class="absent">none</span>}</td>
              <td>
                {right ? <SpecLink hash={right.hash} version={right.version} /> : <span class="absent">none</span>}
              </td>
              <td>
                {left && right && (
                  <a href={pageAddress({ view: "compare", left: left.hash, right: right.hash })}>
                    Compare<span class="hidden"> the two specs of {name}</span>
                  </a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
