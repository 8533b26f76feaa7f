/** Where one begins: what is in the snapshot, and questions that this page answers. */

import { useAnswer } from "../api.ts";
import { Bars } from "../bars.tsx";
import { grouped } from "../numbers.ts";
import { StacksDocument } from "../queries.ts";
import { changed, pageAddress } from "../route.ts";
import { snapshotOf, useSnapshots } from "../snapshots.ts";
import { Loading, Show } from "../states.tsx";
import { Title } from "../title.tsx";
import type { ViewProps } from "../page.tsx";

export default function Home({ parameters }: ViewProps) {
  const snapshots = useSnapshots();
  const name = snapshotOf(parameters, snapshots);
  const snapshot = snapshots.find((each) => each.name === name);
  const stacks = useAnswer(StacksDocument, { snapshot: parameters.get("snapshot") });
  return (
    <>
      <Title>Spack’s build caches, as a graph</Title>
      <p class="lead">Which builds are there, on which machines they run, what they need, and what changed.</p>
      {snapshots.length === 0 ? <Loading what="snapshots" /> : null}
      {snapshot && (
        <dl class="figures" aria-label={`Figures of ${name}`}>
          <Figure label="Packages" value={snapshot.packageCount} view="packages" />
          <Figure label="Specs" value={snapshot.specCount} view="specs" />
          <Figure label="Stacks" value={snapshot.stackCount} view="stacks" />
          <Figure label="In the build cache" value={snapshot.binaryCount} view="specs" more={{ binary: "1" }} />
          <Figure label="Dependencies" value={snapshot.dependencyCount} />
        </dl>
      )}
      <div class="columns">
        <section aria-labelledby="questions">
          <h2 id="questions">Ask</h2>
          <ul class="questions">
            <Question address={{ view: "specs" }} says="Find builds by a Spack constraint, facets or both" />
            <Question address={{ view: "machine" }} says="What can my machine install, and what stands in the way?" />
            <Question address={{ view: "coverage" }} says="Which stack covers which target?" />
            <Question address={{ view: "impact" }} says="What rebuilds if a package changes?" />
            <Question address={{ view: "changes" }} says="What changed between two snapshots, and why?" />
            <Question address={{ view: "targets" }} says="Which stacks cover a target?" />
          </ul>
        </section>
        <section aria-labelledby="stacks">
          <h2 id="stacks">Stacks of {name}</h2>
          <Show answer={stacks} what="stacks">
            {(data) => (
              <Bars
                counts={[...(data.stacks?.nodes ?? [])]
                  .sort((left, right) => right.specCount - left.specCount)
                  .map((stack) => ({
                    name: stack.name,
                    count: stack.specCount,
                    address: pageAddress({ view: "stack", name: stack.name }),
                  }))}
              />
            )}
          </Show>
        </section>
      </div>
      <section aria-labelledby="snapshots">
        <h2 id="snapshots">Snapshots</h2>
        <div class="scroll" role="region" aria-label="Table of snapshots" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Snapshot</th>
                <th scope="col" class="numeric">
                  Packages
                </th>
                <th scope="col" class="numeric">
                  Specs
                </th>
                <th scope="col" class="numeric">
                  Stacks
                </th>
                <th scope="col">Read</th>
                <th scope="col">Digest</th>
              </tr>
            </thead>
            <tbody>
              {snapshots.map((each) => (
                <tr key={each.name}>
                  <th scope="row">
                    <a href={changed(parameters, { snapshot: each.name })}>{each.name}</a>
                    {each.default && <span class="tag">default</span>}
                  </th>
                  <td class="numeric">{grouped(each.packageCount)}</td>
                  <td class="numeric">{grouped(each.specCount)}</td>
                  <td class="numeric">{grouped(each.stackCount)}</td>
                  <td>
                    <time dateTime={each.ingestedAt}>{each.ingestedAt.slice(0, 16).replace("T", " ")} UTC</time>
                  </td>
                  <td>
                    <code title={each.digest}>{each.digest.slice(0, 12)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function Figure({
  label,
  value,
  view,
  more,
}: {
  label: string;
  value: number;
  view?: string;
  more?: Record<string, string>;
}) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{view ? <a href={pageAddress({ view, ...more })}>{grouped(value)}</a> : grouped(value)}</dd>
    </div>
  );
}

function Question({ address, says }: { address: Record<string, string>; says: string }) {
  return (
    <li>
      <a href={pageAddress(address)}>{says}</a>
    </li>
  );
}
