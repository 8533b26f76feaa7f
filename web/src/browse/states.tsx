/** What a view shows instead of an answer: that it is awaited, that there is none, or what went wrong. */

import type { ComponentChildren } from "preact";

import type { Answer, ApiError } from "./api.ts";
import { pageAddress } from "./route.ts";

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what}…
    </p>
  );
}

export function Failure({ error, again }: { error: ApiError; again?: () => void }) {
  return (
    <div class="failure" role="alert">
      <Message text={error.message} />
      {error.code === "UNKNOWN_SNAPSHOT" && (
        <p>
          <a href={pageAddress({ snapshot: "" })}>Look at the default snapshot</a>
        </p>
      )}
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A message of several lines shows a place with a caret: its columns count. */
export function Message({ text }: { text: string }) {
  const [first, ...rest] = text.split("\n");
  if (rest.length === 0) return <p>{text}</p>;
  return (
    <>
      <p>{first}</p>
      <pre>{rest.join("\n")}</pre>
    </>
  );
}

export function Nothing({ children }: { children: ComponentChildren }) {
  return <p class="nothing">{children}</p>;
}

/** Shows an answer once it is there; while the next one is awaited, the one before stays, dimmed. */
export function Show<R>({
  answer,
  what,
  children,
}: {
  answer: Answer<R>;
  what: string;
  children: (data: R) => ComponentChildren;
}) {
  const { data, error, loading, again } = answer;
  if (error) return <Failure error={error} again={again} />;
  if (data === undefined) return <Loading what={what} />;
  return (
    <div aria-busy={loading} class={loading ? "awaiting" : undefined}>
      {children(data)}
    </div>
  );
}
