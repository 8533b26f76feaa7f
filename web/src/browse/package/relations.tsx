/** The packages that a package directly depends on, and those that depend on it. */

import { useAnswer } from "../api.ts";
import { DeptypeChoice, deptypesOf } from "../deptype-choice.tsx";
import { counted, grouped } from "../numbers.ts";
import { PackageRelationsDocument } from "../queries.ts";
import { changed, go, pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";

interface RelationsProps {
  readonly parameters: URLSearchParams;
  readonly name: string;
}

export function Relations({ parameters, name }: RelationsProps) {
  const transitive = parameters.get("transitive") === "1";
  const answer = useAnswer(PackageRelationsDocument, {
    name,
    snapshot: parameters.get("snapshot"),
    deptypes: deptypesOf(parameters),
    transitive,
  });
  return (
    <section aria-label={`Relations of ${name}`}>
      <div class="options">
        <DeptypeChoice parameters={parameters} />
        <label class="switch">
          <input
            type="checkbox"
            checked={transitive}
            onChange={() => go(changed(parameters, { transitive: transitive ? null : "1" }), { replace: true })}
          />
          Needed by, however far
        </label>
      </div>
      <Show answer={answer} what="packages">
        {({ package: found }) =>
          found ? (
            <div class="columns">
              <PackageList title="Depends on" list={found.dependencies} />
              <PackageList title={transitive ? "Needed by, however far" : "Needed by"} list={found.dependents} />
            </div>
          ) : (
            <Nothing>The snapshot has no such package.</Nothing>
          )
        }
      </Show>
    </section>
  );
}

interface List {
  readonly totalCount: number;
  readonly nodes: readonly { readonly name: string; readonly specCount: number }[];
}

function PackageList({ title, list }: { title: string; list: List }) {
  return (
    <section>
      <h2>
        {title} <span class="count">{grouped(list.totalCount)}</span>
      </h2>
      {list.totalCount === 0 && <Nothing>None that is recorded.</Nothing>}
      <ul class="package-list">
        {list.nodes.map(({ name, specCount }) => (
          <li key={name}>
            <a href={pageAddress({ view: "package", name })} title={counted(specCount, "spec")}>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {list.totalCount > list.nodes.length && (
        <p class="quiet">The first {grouped(list.nodes.length)} are shown.</p>
      )}
    </section>
  );
}
