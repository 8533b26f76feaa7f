/** The filters beside a table: for each attribute the values that the list has, with counts. */

import { useState } from "preact/hooks";

import { ask, useLoaded } from "../api.ts";
import { grouped } from "../numbers.ts";
import { FacetsDocument, type FacetsQuery } from "../queries.ts";
import { changed, go } from "../route.ts";
import { ATTRIBUTES, type Attribute, choiceOf, type Fixed, filterOf, FROM_THE_START, switched } from "./filter.ts";
import { RunsOn } from "./runs-on.tsx";
import { VariantFacet } from "./variant-facet.tsx";

const SHOWN = 8;
const ALL = 1000;

type Counts = NonNullable<FacetsQuery["specs"]>["facets"][number];

export interface FacetProps {
  readonly parameters: URLSearchParams;
  readonly fixed: Fixed;
}

export function Facets({ parameters, fixed }: FacetProps) {
  const attributes = ATTRIBUTES.filter(({ parameter }) => !(parameter === "package" && fixed.package));
  const open = !matchMedia("(max-width: 800px)").matches;
  return (
    <aside class="facets" aria-label="Filters">
      <details open={open}>
        <summary>Filters</summary>
        <label class="switch">
          <input
            type="checkbox"
            checked={parameters.get("binary") === "1"}
            onChange={(event) =>
              go(changed(parameters, { binary: event.currentTarget.checked ? "1" : null, ...FROM_THE_START }))
            }
          />
          With a binary only
        </label>
        {!fixed.runsOn && <RunsOn parameters={parameters} />}
        {attributes.map((attribute) => (
          <AttributeFacet key={attribute.parameter} attribute={attribute} parameters={parameters} fixed={fixed} />
        ))}
        <VariantFacet parameters={parameters} fixed={fixed} />
      </details>
    </aside>
  );
}

/** Attributes without a filter are counted over the same list, so that they share one answer of the API. */
function useCounts(attribute: Attribute, { parameters, fixed }: FacetProps, all: boolean): Counts | undefined {
  const own = parameters.has(attribute.parameter);
  const together = ATTRIBUTES.filter(({ parameter }) => !parameters.has(parameter)).map(({ facet }) => facet);
  const variables = {
    snapshot: parameters.get("snapshot"),
    matching: parameters.get("matching"),
    where: filterOf(parameters, fixed, own ? attribute.parameter : undefined),
    by: own || all ? [attribute.facet] : together,
    limit: all ? ALL : SHOWN,
  };
  const answer = useLoaded(JSON.stringify(variables), () => ask(FacetsDocument, variables));
  return answer.data?.specs?.facets.find(({ facet }) => facet === attribute.facet);
}

function AttributeFacet({ attribute, parameters, fixed }: FacetProps & { attribute: Attribute }) {
  const [all, setAll] = useState(false);
  const counts = useCounts(attribute, { parameters, fixed }, all);
  const { wanted, unwanted } = choiceOf(parameters, attribute.parameter);
  const chosen = [...wanted, ...unwanted];
  const values = counts?.values ?? [];
  const missing = chosen.filter((value) => !values.some((each) => each.value === value));
  if (values.length + missing.length === 0) return null;
  return (
    <FacetGroup label={attribute.label}>
      {[...values, ...missing.map((value) => ({ value, count: counts && counts.otherCount === 0 ? 0 : null }))].map(
        ({ value, count }) => (
          <FacetValue
            key={value}
            parameter={attribute.parameter}
            label={attribute.label}
            value={value}
            count={count}
            parameters={parameters}
          />
        ),
      )}
      {counts && counts.otherCount > 0 && !all && (
        <button type="button" class="plain" onClick={() => setAll(true)}>
          Show all values ({grouped(counts.otherCount)} more specs)
        </button>
      )}
      {all && (
        <button type="button" class="plain" onClick={() => setAll(false)}>
          Show the most frequent
        </button>
      )}
    </FacetGroup>
  );
}

export function FacetGroup({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <fieldset class="facet">
      <legend>{label}</legend>
      {children}
    </fieldset>
  );
}

interface FacetValueProps {
  readonly parameters: URLSearchParams;
  readonly parameter: string;
  readonly label: string;
  readonly value: string;
  /** Null where it is not known. */
  readonly count: number | null;
}

export function FacetValue({ parameters, parameter, label, value, count }: FacetValueProps) {
  const { wanted, unwanted } = choiceOf(parameters, parameter);
  const set = (not: boolean) =>
    go(changed(parameters, { [parameter]: switched(parameters, parameter, value, not), ...FROM_THE_START }));
  const not = unwanted.includes(value);
  return (
    <div class={not ? "facet-value not" : "facet-value"}>
      <label>
        <input type="checkbox" checked={wanted.includes(value)} onChange={() => set(false)} />
        <span class="value">{value}</span>
        {count !== null && <span class="count">{grouped(count)}</span>}
      </label>
      <button
        type="button"
        class="exclude"
        aria-pressed={not}
        aria-label={`Not ${label.toLowerCase()} ${value}`}
        title={`Not ${value}`}
        onClick={() => set(true)}
      >
        ≠
      </button>
    </div>
  );
}
