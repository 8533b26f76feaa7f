/** The two specs that are picked to be compared. */

import { HASH_SHOWN } from "../links.tsx";
import { changed, pageAddress } from "../route.ts";

export function Picks({ parameters }: { parameters: URLSearchParams }) {
  const [left, right] = parameters.getAll("pick");
  if (!left) return null;
  return (
    <div class="picks" role="region" aria-label="Picked to compare">
      <span>
        <code>/{left.slice(0, HASH_SHOWN)}</code>
        {right ? (
          <>
            {" "}
            and <code>/{right.slice(0, HASH_SHOWN)}</code>
          </>
        ) : (
          " – pick another to compare it with"
        )}
      </span>
      {right && (
        <a class="button primary" href={pageAddress({ view: "compare", left, right })}>
          Compare
        </a>
      )}
      <a class="button" href={changed(parameters, { pick: null })}>
        Clear
      </a>
    </div>
  );
}
