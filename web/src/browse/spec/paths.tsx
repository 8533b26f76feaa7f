/** Why a spec needs a package: the shortest ways to it. */

import { useId, useState } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { SpecLink } from "../links.tsx";
import { counted } from "../numbers.ts";
import { PathsDocument, type PathsQuery } from "../queries.ts";
import { changed, current, go } from "../route.ts";
import { Nothing, Show } from "../states.tsx";

export function Paths({ parameters, hash }: { parameters: URLSearchParams; hash: string }) {
  const to = parameters.get("to") ?? "";
  const [text, setText] = useState(to);
  const id = useId();
  const answer = useAnswer(
    PathsDocument,
    to ? { from: hash, to, snapshot: parameters.get("snapshot"), deptypes: null } : null,
  );
  return (
    <section aria-label="Dependency paths">
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault();
          go(changed(current(), { to: text.trim() }));
        }}
      >
        <label for={id}>Package or hash</label>
        <input id={id} type="text" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="primary">
          Find the ways
        </button>
      </form>
      {to && (
        <Show answer={answer} what="paths">
          {({ dependencyPaths: found }) =>
            found?.reachable ? <PathList found={found} /> : <Nothing>It does not depend on {to}.</Nothing>
          }
        </Show>
      )}
    </section>
  );
}

function PathList({ found }: { found: NonNullable<PathsQuery["dependencyPaths"]> }) {
  return (
    <>
      <ol class="paths">
        {found.paths.map(({ length, nodes }) => (
          <li key={nodes.map((node) => node.hash).join()}>
            <span class="quiet">{counted(length, "edge")}: </span>
            {nodes.map((node, index) => (
              <span key={node.hash}>
                {index > 0 && " → "}
                <SpecLink hash={node.hash} name={node.package.name} version={node.version} />
              </span>
            ))}
          </li>
        ))}
      </ol>
      {found.truncated && <p class="quiet">There may be more: the shortest are shown.</p>}
    </>
  );
}
