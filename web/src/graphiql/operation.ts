import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";

/** As in graphiql.css: there the answer is below what was clicked. */
const NARROW = "(max-width: 720px)";

export interface Operation {
  readonly query: string;
  readonly variables: string;
  readonly name: string | null;
}

/** Returns what opens an operation: in the tab that already holds it, an empty one, or a new one. It runs at once. */
export function useOpening(): (operation: Operation) => void {
  const { addTab, changeTab, run, setOperationName, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  return ({ query, variables, name }) => {
    const there = tabs.findIndex((tab) => tab.query === query);
    if (there >= 0 && there !== activeTabIndex) changeTab(there);
    else if (there < 0 && queryEditor?.getValue().trim()) addTab();
    if (there < 0) {
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables);
      // GraphiQL notes both a moment later by itself; history is to have them now.
      updateActiveTabValues({ query, variables });
    }
    if (name) setOperationName(name); // the same: it would send the old one
    run();
    if (window.matchMedia(NARROW).matches) document.querySelector(".graphiql-sessions")?.scrollIntoView();
  };
}
