/** A view's heading, which is the document's title too. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function Title({ kind, children }: { kind?: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${heading.current?.textContent ?? ""} – specgraph`;
  });
  return (
    <div class="title">
      {kind && <p class="kicker">{kind}</p>}
      <h1 ref={heading}>{children}</h1>
    </div>
  );
}
