/** Counts of specs over two attributes, with every hole: as a picture and as a table. */

import { useAnswer } from "../api.ts";
import { useAnnouncement } from "../announce.tsx";
import { HeatMap } from "../coverage/heat-map.tsx";
import { Matrix } from "../coverage/matrix.tsx";
import { counted, grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { CoverageDocument, type CoverageQuery, type Facet } from "../queries.ts";
import { changed, current, go } from "../route.ts";
import { Constraint } from "../specs/constraint.tsx";
import { ATTRIBUTES, filterOf, filtersOn } from "../specs/filter.ts";
import { FiltersOn } from "../specs/filters-on.tsx";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

const FACETS: readonly (readonly [Facet, string])[] = [
  ["PACKAGE", "Package"],
  ["VERSION", "Version"],
  ["STACK", "Stack"],
  ["TARGET", "Target"],
  ["TARGET_FAMILY", "Target family"],
  ["OPERATING_SYSTEM", "Operating system"],
  ["PLATFORM", "Platform"],
  ["COMPILER", "Compiler"],
];

export const labelOf = (facet: Facet): string => FACETS.find(([each]) => each === facet)![1];

export default function Coverage({ parameters }: ViewProps) {
  const rows = facetOf(parameters, "rows", "STACK");
  const columns = facetOf(parameters, "columns", "TARGET");
  const answer = useAnswer(CoverageDocument, {
    rows,
    columns,
    snapshot: parameters.get("snapshot"),
    matching: parameters.get("matching"),
    where: filterOf(parameters, {}),
  });
  const coverage = answer.data?.coverage;
  const refused = answer.error?.code === "SPEC_SYNTAX" ? answer.error.message : undefined;
  useAnnouncement(coverage && !answer.loading ? sized(coverage) : undefined);
  return (
    <>
      <Title>Coverage</Title>
      <p class="lead">How many specs there are of each pair of values. What is empty is a hole.</p>
      <div class="options">
        <FacetChoice name="rows" label="Rows" chosen={rows} parameters={parameters} />
        <button
          type="button"
          aria-label="Swap rows and columns"
          title="Swap rows and columns"
          onClick={() => go(changed(current(), { rows: columns, columns: rows }))}
        >
          ⇄
        </button>
        <FacetChoice name="columns" label="Columns" chosen={columns} parameters={parameters} />
        <Switch parameters={parameters} name="empty" label="Hide empty rows and columns" />
        <Switch parameters={parameters} name="picture" label="As a picture" />
      </div>
      <Constraint parameters={parameters} refused={refused} />
      {filtersOn(parameters).length > 0 && <FiltersOn parameters={parameters} />}
      {!refused && (
        <Show answer={answer} what="the matrix">
          {(data) =>
            data.coverage ? (
              <Result coverage={data.coverage} rows={rows} columns={columns} parameters={parameters} />
            ) : (
              <Nothing>No answer.</Nothing>
            )
          }
        </Show>
      )}
    </>
  );
}

function facetOf(parameters: URLSearchParams, name: string, usual: Facet): Facet {
  const asked = parameters.get(name);
  return FACETS.find(([facet]) => facet === asked)?.[0] ?? usual;
}

function FacetChoice({ name, label, chosen, parameters }: ViewProps & { name: string; label: string; chosen: Facet }) {
  return (
    <label>
      <span>{label}</span>
      <select value={chosen} onChange={(event) => go(changed(parameters, { [name]: event.currentTarget.value }))}>
        {FACETS.map(([facet, says]) => (
          <option key={facet} value={facet}>
            {says}
          </option>
        ))}
      </select>
    </label>
  );
}

function Switch({ parameters, name, label }: ViewProps & { name: string; label: string }) {
  const on = parameters.get(name) === "1";
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={on}
        onChange={() => go(changed(parameters, { [name]: on ? null : "1" }), { replace: true })}
      />
      {label}
    </label>
  );
}

export type Counts = Pick<NonNullable<CoverageQuery["coverage"]>, "rows" | "columns" | "counts">;

function sized({ rows, columns, counts, total }: Counts & { total: number }): string {
  const holes = counts.flat().filter((count) => count === 0).length;
  const cells = rows.length * columns.length;
  return `${counted(total, "spec")}, ${counted(rows.length, "row")}, ${counted(columns.length, "column")}, ${grouped(holes)} of ${counted(cells, "cell")} empty`;
}

interface ResultProps extends ViewProps {
  readonly coverage: NonNullable<CoverageQuery["coverage"]>;
  readonly rows: Facet;
  readonly columns: Facet;
}

function Result({ coverage, rows, columns, parameters }: ResultProps) {
  const shown = parameters.get("empty") === "1" ? withoutEmpty(coverage) : coverage;
  /** The specs behind a cell: the same filters, and the cell's two values. */
  const address = (row: string, column: string) =>
    changed(parameters, {
      view: "specs",
      rows: null,
      columns: null,
      empty: null,
      picture: null,
      ...cellFilter(rows, row),
      ...cellFilter(columns, column),
    });
  return (
    <>
      <p class="result">{sized(coverage)}.</p>
      {parameters.get("picture") === "1" ? (
        <HeatMap coverage={shown} address={address} />
      ) : (
        <Matrix coverage={shown} rowLabel={labelOf(rows)} columnLabel={labelOf(columns)} address={address} />
      )}
    </>
  );
}

function cellFilter(facet: Facet, value: string): Record<string, string> {
  const attribute = ATTRIBUTES.find((each) => each.facet === facet);
  return attribute ? { [attribute.parameter]: value } : { family: value };
}

function withoutEmpty({ rows, columns, counts }: Counts): Counts {
  const row = rows.map((_, index) => counts[index]!.some((count) => count > 0));
  const column = columns.map((_, index) => counts.some((each) => each[index]! > 0));
  return {
    rows: rows.filter((_, index) => row[index]),
    columns: columns.filter((_, index) => column[index]),
    counts: counts.filter((_, index) => row[index]).map((each) => each.filter((_, index) => column[index])),
  };
}

