/** What all rows of a page have in common. */

import type { SpecRowFragment } from "../queries.ts";
import { COLUMNS } from "./columns.tsx";

export interface Common {
  /** Columns that say the same in every row. */
  readonly columns: ReadonlySet<string>;
  /** Variants that every row has. */
  readonly variants: ReadonlySet<string>;
  /** The same, to be said once; a variant has no label. */
  readonly facts: readonly { label: string; value: string }[];
}

const NOTHING: Common = { columns: new Set(), variants: new Set(), facts: [] };

/** Nothing where the reader wants to see all, or where there is but one row. */
export function commonOf(
  specs: readonly SpecRowFragment[],
  chosen: ReadonlySet<string>,
  parameters: URLSearchParams,
): Common {
  const [first, ...others] = specs;
  if (!first || others.length === 0 || parameters.get("common") === "show") return NOTHING;
  const alike = COLUMNS.filter(({ name }) => chosen.has(name)).flatMap(({ name, label, value }) => {
    const said = value?.(first);
    return value && said !== undefined && others.every((spec) => value(spec) === said) ? [{ name, label, said }] : [];
  });
  const variants = first.variants
    .map(({ text }) => text)
    .filter((text) => others.every((spec) => spec.variants.some((variant) => variant.text === text)));
  return {
    columns: new Set(alike.map(({ name }) => name)),
    variants: new Set(variants),
    facts: [
      ...alike.map(({ label, said }) => ({ label, value: said })),
      ...variants.map((text) => ({ label: "", value: text })),
    ],
  };
}
