/** Counts with a bar for each, to compare them by eye; the number beside it says the same. */

import { grouped } from "./numbers.ts";

export interface Counted {
  readonly name: string;
  readonly count: number;
  /** Where the name leads. */
  readonly address?: string;
}

export function Bars({ counts, most, narrow }: { counts: readonly Counted[]; most?: number; narrow?: boolean }) {
  const longest = most ?? Math.max(1, ...counts.map(({ count }) => count));
  return (
    <ul class={narrow ? "bars narrow" : "bars"}>
      {counts.map(({ name, count, address }) => (
        <li key={name}>
          {address ? <a href={address}>{name}</a> : <span>{name}</span>}
          <span class="count">{grouped(count)}</span>
          <span class="track" aria-hidden="true">
            <span style={{ width: `${(100 * count) / longest}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
