/** @jsxImportSource react */
import type { GraphiQLPlugin } from "@graphiql/react";
import { useEffect, useState } from "react";

import { EXAMPLES, operationNameOf, type SnapshotName, variablesOf, written } from "./examples.ts";
import { useOpening } from "./operation.ts";

const SNAPSHOTS = "{ snapshots { name default } }";

function ExamplesPanel() {
  const open = useOpening();
  const [snapshots, setSnapshots] = useState<readonly SnapshotName[]>([]);
  useEffect(() => {
    askedSnapshots().then(setSnapshots, () => {}); // without them the examples name those of the sample
  }, []);
  return (
    <section className="examples" aria-label="Examples">
      <h2 className="graphiql-doc-explorer-title">Examples</h2>
      <p>
        Questions that Spack's build caches can answer. A click opens one in a tab and runs it; then change it as you
        like.
      </p>
      <ul>
        {EXAMPLES.map((example) => (
          <li key={example.question}>
            <button
              type="button"
              onClick={() =>
                open({
                  query: example.query,
                  variables: written(variablesOf(example, snapshots)),
                  name: operationNameOf(example.query),
                })
              }
            >
              {example.question}
            </button>
          </li>
        ))}
      </ul>
      <p>
        Everything else is in the documentation (the book on the left), and can be clicked together in the explorer
        (the folder). Results that hold a <code>dependencyGraph</code> or a <code>coverage</code> are drawn below them.
      </p>
      <p>
        <a href="./">Browse the builds</a> · <a href="schema.graphql">The schema as text</a>
      </p>
    </section>
  );
}

async function askedSnapshots(): Promise<readonly SnapshotName[]> {
  const response = await fetch("graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ query: SNAPSHOTS }),
  });
  const answer = (await response.json()) as { data?: { snapshots?: SnapshotName[] } };
  return answer.data?.snapshots ?? [];
}

function ExamplesIcon() {
  return (
    <svg height="1em" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M10 2a6 6 0 0 0-3.5 10.9V15h7v-2.1A6 6 0 0 0 10 2ZM7.5 18h5" strokeLinecap="round" />
    </svg>
  );
}

export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: "Examples", icon: ExamplesIcon, content: ExamplesPanel };
