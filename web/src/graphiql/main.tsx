/** @jsxImportSource react */
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./graphiql.css";

import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { EXAMPLES, isQuery, operationNameOf, written } from "./examples.ts";
import { EXAMPLES_PLUGIN } from "./examples-panel.tsx";
import { fetcherOf } from "./fetcher.ts";
import { nameParts } from "./names.ts";
import { PicturesPanel } from "./pictures-panel.tsx";
import { ShareButton } from "./share-button.tsx";
import { type Shared, sharedIn } from "./share.ts";
import { isFirstVisit, RunAtStart, setWidths } from "./start.tsx";

const page = new URL(window.location.href);
const fetcher = fetcherOf(new URL("graphql", page).href);
const plugins = [EXAMPLES_PLUGIN, explorerPlugin(), HISTORY_PLUGIN];
const start = startOf(page);
setWidths();

/** A shared operation opens in a tab of its own beside those that the browser kept; a new visitor sees an example. */
function startOf(address: URL): Shared | null {
  const shared = sharedIn(address);
  if (shared || !isFirstVisit()) return shared;
  const [{ query, variables }] = EXAMPLES;
  return { query, variables: written(variables), operationName: operationNameOf(query) ?? "" };
}

const root = document.getElementById("graphiql")!;
nameParts(root);
createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    visiblePlugin={EXAMPLES_PLUGIN}
    {...(start ? { initialQuery: start.query, initialVariables: start.variables } : {})}
    defaultEditorToolsVisibility="variables"
    schemaDescription
    inputValueDeprecation
  >
    <GraphiQL.Logo>
      <a className="home" href="./">
        specgraph
      </a>
    </GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, copy, merge }) => (
        <>
          {prettify}
          {merge}
          {copy}
          <ShareButton />
        </>
      )}
    </GraphiQL.Toolbar>
    <GraphiQL.Footer>
      <PicturesPanel />
    </GraphiQL.Footer>
    {start && isQuery(start.query) && <RunAtStart operationName={start.operationName} />}
  </GraphiQL>,
);
