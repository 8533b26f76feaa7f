/** @jsxImportSource react */
import { ToolbarButton, useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";

import { addressOf } from "./share.ts";

const SHOWN_MS = 4000;

/** Puts the operation into the address bar, and the address on the clipboard. */
export function ShareButton() {
  const { queryEditor, variableEditor, operationName } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    operationName: state.operationName,
  }));
  const [says, setSays] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSays(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [says]);

  async function share() {
    const shared = {
      query: queryEditor?.getValue() ?? "",
      variables: variableEditor?.getValue() ?? "",
      operationName: operationName ?? "",
    };
    const address = addressOf(shared, new URL(window.location.href));
    window.history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address.href);
      setSays("Link copied");
    } catch {
      setSays("The link is in the address bar"); // browsers give the clipboard to https and localhost alone
    }
  }

  return (
    <>
      <ToolbarButton label="Share this operation as a link" onClick={() => void share()}>
        <svg className="graphiql-toolbar-icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" aria-hidden="true">
          <circle cx="15" cy="4" r="2.5" strokeWidth="1.5" />
          <circle cx="5" cy="10" r="2.5" strokeWidth="1.5" />
          <circle cx="15" cy="16" r="2.5" strokeWidth="1.5" />
          <path d="m7.3 8.8 5.4-3.4M7.3 11.2l5.4 3.4" strokeWidth="1.5" />
        </svg>
      </ToolbarButton>
      <span className="share-says" role="status">
        {says}
      </span>
    </>
  );
}
