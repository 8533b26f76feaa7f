/** @jsxImportSource react */
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useRef } from "react";

/** Runs the operation that the page starts with, once the editors are there. */
export function RunAtStart({ operationName }: { operationName: string }) {
  const { run, setOperationName } = useGraphiQLActions();
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor && state.responseEditor));
  const done = useRef(false);
  useEffect(() => {
    if (!ready || done.current) return;
    done.current = true;
    if (operationName) setOperationName(operationName);
    run();
  }, [ready, operationName, run, setOperationName]);
  return null;
}

/** What GraphiQL keeps in the browser: whether somebody was here before, and how wide its panes are. */
const STORED_TABS = "graphiql:tabState";
const STORED_WIDTHS = { "graphiql:docExplorerFlex": "0.26", "graphiql:editorFlex": "1.1" };

export function isFirstVisit(): boolean {
  try {
    return localStorage.getItem(STORED_TABS) === null;
  } catch {
    return true; // a browser that keeps nothing
  }
}

/** GraphiQL has no setting for it: the panel of examples takes a fifth, not a quarter, until somebody drags it. */
export function setWidths(): void {
  try {
    for (const [key, width] of Object.entries(STORED_WIDTHS)) {
      if (localStorage.getItem(key) === null) localStorage.setItem(key, width);
    }
  } catch {
    // a browser that keeps nothing: GraphiQL's own widths
  }
}
