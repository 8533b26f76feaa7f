/** Variants as a facet. The API counts none, so the list's specs are read and counted here, up to a bound. */

import { useState } from "preact/hooks";

import { ask, useLoaded } from "../api.ts";
import { grouped } from "../numbers.ts";
import { type SpecFilter, VariantsOfDocument } from "../queries.ts";
import { Failure, Loading } from "../states.tsx";
import { type FacetProps, FacetValue } from "./facets.tsx";
import { choiceOf, filterOf, VARIANT } from "./filter.ts";

const READ_AT_ONCE = 500;
const READ_AT_MOST = 5000; // about 2 MB

interface Counted {
  readonly counts: readonly { value: string; count: number }[];
  readonly specs: number;
  readonly cut: boolean;
}

export function VariantFacet({ parameters, fixed }: FacetProps) {
  const chosen = parameters.has(VARIANT);
  const [open, setOpen] = useState(chosen);
  const variables = {
    snapshot: parameters.get("snapshot"),
    matching: parameters.get("matching"),
    where: filterOf(parameters, fixed),
  };
  const answer = useLoaded(open ? JSON.stringify(variables) : null, () => countedVariants(variables));
  const { wanted, unwanted } = choiceOf(parameters, VARIANT);
  const counts = answer.data?.counts ?? [];
  const differing = counts.filter(({ count }) => count !== answer.data?.specs);
  const shown = [...wanted, ...unwanted]
    .filter((value) => !differing.some((each) => each.value === value))
    .map((value) => ({ value, count: counts.find((each) => each.value === value)?.count ?? 0 }));
  return (
    <details class="facet" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Variants</summary>
      {answer.error && <Failure error={answer.error} again={answer.again} />}
      {open && !answer.data && !answer.error && <Loading what="variants" />}
      {answer.data?.cut && <p class="quiet">Counted over the first {grouped(answer.data.specs)} specs.</p>}
      {[...shown, ...differing].map(({ value, count }) => (
        <FacetValue
          key={value}
          parameter={VARIANT}
          label="Variant"
          value={value}
          count={count}
          parameters={parameters}
        />
      ))}
      {answer.data && differing.length + shown.length === 0 && <p class="quiet">All specs have the same.</p>}
    </details>
  );
}

interface Asked {
  readonly snapshot: string | null;
  readonly matching: string | null;
  readonly where: SpecFilter;
}

/** Counts of "+mpi", "~mpi", "build_type=Release"; a value of several counts each. */
async function countedVariants(asked: Asked): Promise<Counted> {
  const counts = new Map<string, number>();
  let after: string | null = null;
  let specs = 0;
  let more = true;
  while (more && specs < READ_AT_MOST) {
    const { specs: page }: Awaited<ReturnType<typeof onePage>> = await onePage(asked, after);
    if (!page) break;
    for (const { variants } of page.nodes) {
      const texts = variants.flatMap(({ name, enabled, values }) =>
        enabled == null ? values.map((value) => `${name}=${value}`) : [`${enabled ? "+" : "~"}${name}`],
      );
      for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    specs += page.nodes.length;
    after = page.pageInfo.endCursor ?? null;
    more = page.pageInfo.hasNextPage;
  }
  const bare = (text: string) => text.replace(/^[+~]/, "");
  const sorted = [...counts].map(([value, count]) => ({ value, count }));
  sorted.sort((left, right) => (bare(left.value) < bare(right.value) ? -1 : 1));
  return { counts: sorted, specs, cut: more };
}

function onePage(asked: Asked, after: string | null) {
  return ask(VariantsOfDocument, { ...asked, first: READ_AT_ONCE, after });
}
