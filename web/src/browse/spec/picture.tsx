/** The dependency graph as a picture. */

import { useAnswer } from "../api.ts";
import { Mounted } from "../mounted.tsx";
import { PictureDocument, type PictureQuery } from "../queries.ts";
import { changed, go, pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";

const DEPTHS = [1, 2, 3, 4, 6];

interface PictureProps {
  readonly parameters: URLSearchParams;
  readonly hash: string;
}

export function Picture({ parameters, hash }: PictureProps) {
  const depth = DEPTHS.find((each) => String(each) === parameters.get("depth")) ?? null;
  const answer = useAnswer(PictureDocument, {
    hash,
    snapshot: parameters.get("snapshot"),
    deptypes: null, // the picture's own legend chooses among them
    maxDepth: depth,
  });
  return (
    <section aria-label="Picture of the dependencies">
      <div class="options">
        <label>
          <span>At most</span>
          <select
            value={depth ?? ""}
            onChange={(event) => go(changed(parameters, { depth: event.currentTarget.value }), { replace: true })}
          >
            <option value="">all edges away</option>
            {DEPTHS.map((each) => (
              <option key={each} value={each}>
                {each === 1 ? "1 edge away" : `${each} edges away`}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Show answer={answer} what="the graph">
        {({ spec }) =>
          spec && spec.dependencyGraph.nodes.length > 1 ? (
            <Drawn graph={spec.dependencyGraph} hash={hash} />
          ) : (
            <Nothing>No dependency is recorded.</Nothing>
          )
        }
      </Show>
    </section>
  );
}

type Graph = NonNullable<PictureQuery["spec"]>["dependencyGraph"];

function Drawn({ graph, hash }: { graph: Graph; hash: string }) {
  const nodes = graph.nodes.map((node) => ({ label: `${node.package.name}@${node.version}`, hash: node.hash }));
  return (
    <Mounted
      of={JSON.stringify([hash, graph.nodes.length, graph.edges])}
      make={({ graphPicture }) =>
        graphPicture(
          { nodes, edges: graph.edges, truncated: graph.truncated },
          {
            name: nodes[0]!.label,
            href: (node) => node.hash && pageAddress({ view: "spec", hash: node.hash, tab: "picture" }),
          },
        )
      }
    />
  );
}
