/** Pages of a list by cursors. The address has the cursor, and for the reader how many items came before. */

import type { PageFragment } from "./queries.ts";
import { grouped } from "./numbers.ts";
import { changed, go } from "./route.ts";

export const SIZES = [25, 50, 100, 200] as const;

export interface Asked {
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
}

export function sizeOf(parameters: URLSearchParams): number {
  const size = Number(parameters.get("size"));
  return (SIZES as readonly number[]).includes(size) ? size : SIZES[0];
}

/** The page that the address asks for, as the API takes it. */
export function pageAsked(parameters: URLSearchParams): Asked {
  const size = sizeOf(parameters);
  const before = parameters.get("before");
  const after = parameters.get("after");
  if (before) return { last: size, before };
  return after ? { first: size, after } : { first: size };
}

interface PagerProps {
  readonly parameters: URLSearchParams;
  readonly page: PageFragment;
  readonly shown: number;
  readonly total: number;
  readonly noun: string;
  /** Of a list that the API pages forwards only; the browser's back goes back. */
  readonly forwardOnly?: boolean;
}

export function Pager({ parameters, page, shown, total, noun, forwardOnly = false }: PagerProps) {
  const size = sizeOf(parameters);
  const notFirst = forwardOnly ? parameters.has("after") : page.hasPreviousPage;
  // A page that was gone back to may be the first, whatever the address says of what came before.
  const from = notFirst ? Math.max(Number(parameters.get("at")) || 0, 0) : 0;
  const place = { after: null, before: null, at: null };
  const earlier = changed(parameters, { ...place, before: page.startCursor ?? null, at: Math.max(from - size, 0) });
  const later = changed(parameters, { ...place, after: page.endCursor ?? null, at: from + shown });
  return (
    <div class="pager">
      <p>
        {shown === 0 ? `No ${noun}` : `${grouped(from + 1)}–${grouped(from + shown)} of ${grouped(total)} ${noun}`}
      </p>
      <nav aria-label={`Pages of ${noun}`}>
        <PageLink address={changed(parameters, place)} on={notFirst}>
          First
        </PageLink>
        {!forwardOnly && (
          <PageLink address={earlier} on={page.hasPreviousPage} rel="prev">
            Previous
          </PageLink>
        )}
        <PageLink address={later} on={page.hasNextPage} rel="next">
          Next
        </PageLink>
      </nav>
      <label>
        <span>A page has</span>
        <select
          value={size}
          onChange={(event) => go(changed(parameters, { ...place, size: event.currentTarget.value }))}
        >
          {SIZES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function PageLink({ address, on, rel, children }: { address: string; on: boolean; rel?: string; children: string }) {
  return on ? (
    <a class="button" href={address} rel={rel}>
      {children}
    </a>
  ) : (
    <span class="button off" aria-disabled="true">
      {children}
    </span>
  );
}
