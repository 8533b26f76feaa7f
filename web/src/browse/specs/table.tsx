/** A table of specs with its filters: the heart of the package, stack, target and specs views. */

import { useEffect } from "preact/hooks";

import { type Answer, useAnswer } from "../api.ts";
import { useAnnouncement } from "../announce.tsx";
import { counted } from "../numbers.ts";
import { Pager, pageAsked } from "../pager.tsx";
import { type SpecRowFragment, type SpecsQuery, SpecsDocument } from "../queries.ts";
import { InstallButton } from "../install.tsx";
import { changed, go } from "../route.ts";
import { Failure, Loading, Nothing } from "../states.tsx";
import { COLUMNS, type Column } from "./columns.tsx";
import { commonOf, type Common } from "./common.ts";
import { Constraint } from "./constraint.tsx";
import { ColumnChoice, columnsOf } from "./column-choice.tsx";
import { useExtras } from "./extras.ts";
import { Facets } from "./facets.tsx";
import { FiltersOn } from "./filters-on.tsx";
import { type Fixed, filterOf, filtersOn, FROM_THE_START, NO_FILTERS, orderOf } from "./filter.ts";
import { Picks } from "./picks.tsx";

interface TableProps {
  readonly parameters: URLSearchParams;
  readonly fixed: Fixed;
  /** What it is a table of, such as "hdf5". */
  readonly of: string;
}

export function SpecTable({ parameters, fixed, of }: TableProps) {
  const matching = parameters.get("matching");
  const snapshot = parameters.get("snapshot");
  const answer = useAnswer(SpecsDocument, {
    snapshot,
    matching,
    where: filterOf(parameters, fixed),
    orderBy: orderOf(parameters),
    ...pageAsked(parameters),
  });
  const syntax = answer.error?.code === "SPEC_SYNTAX" ? answer.error.message : undefined;
  const total = answer.data?.specs?.totalCount;
  useAnnouncement(answer.loading || total === undefined ? undefined : `${counted(total, "spec")}`);
  return (
    <section class="spec-table" aria-label={`Specs of ${of}`}>
      <Constraint parameters={parameters} refused={syntax} />
      <div class="with-facets">
        <Facets parameters={parameters} fixed={fixed} />
        <div class="results">
          <FiltersOn parameters={parameters} />
          {syntax ? (
            <Nothing>The constraint is to be corrected first.</Nothing>
          ) : (
            <Results answer={answer} parameters={parameters} fixed={fixed} of={of} />
          )}
        </div>
      </div>
      <Picks parameters={parameters} />
    </section>
  );
}

function Results({ answer, parameters, fixed, of }: TableProps & { answer: Answer<SpecsQuery> }) {
  const { data, error, loading, again } = answer;
  const lost = error?.code === "BAD_USER_INPUT" && (parameters.has("after") || parameters.has("before"));
  // Data that changed since, or another order, make a cursor void: the list begins anew.
  useEffect(() => {
    if (lost) go(changed(parameters, FROM_THE_START), { replace: true });
  }, [lost]);
  if (error) return <Failure error={error} again={again} />;
  const specs = data?.specs;
  if (!specs) return <Loading what="specs" />;
  if (specs.totalCount === 0) return <NoSpecs parameters={parameters} />;
  return (
    <div aria-busy={loading} class={loading ? "awaiting" : undefined}>
      <Rows specs={specs.nodes} parameters={parameters} fixed={fixed} of={of} />
      <Pager
        parameters={parameters}
        page={specs.pageInfo}
        shown={specs.nodes.length}
        total={specs.totalCount}
        noun={specs.totalCount === 1 ? "spec" : "specs"}
      />
    </div>
  );
}

function NoSpecs({ parameters }: { parameters: URLSearchParams }) {
  const filtered = filtersOn(parameters).length > 0 || parameters.has("matching");
  return (
    <Nothing>
      No spec is selected. {filtered && <a href={changed(parameters, NO_FILTERS)}>Clear all filters</a>}
    </Nothing>
  );
}

interface RowsProps extends TableProps {
  readonly specs: readonly SpecRowFragment[];
}

function Rows({ specs, parameters, fixed, of }: RowsProps) {
  const chosen = columnsOf(parameters, fixed);
  const common = commonOf(specs, chosen, parameters);
  const shown = COLUMNS.filter(({ name }) => chosen.has(name) && !common.columns.has(name));
  const extras = useExtras(specs, parameters, chosen);
  const picked = parameters.getAll("pick");
  return (
    <>
      <div class="table-head">
        <CommonValues common={common} rows={specs.length} parameters={parameters} />
        <ColumnChoice parameters={parameters} fixed={fixed} />
      </div>
      <div class="scroll" role="region" aria-label={`Table of specs of ${of}`} tabIndex={0}>
        <table class="specs">
          <thead>
            <tr>
              <th scope="col" class="of-pick">
                <span class="hidden">Compare</span>
              </th>
              {shown.map((column) => (
                <ColumnHead key={column.name} column={column} parameters={parameters} />
              ))}
              <th scope="col">
                <span class="hidden">Install</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {specs.map((spec) => (
              <tr key={spec.hash} class={picked.includes(spec.hash) ? "picked" : undefined}>
                <td class="of-pick">
                  <PickBox parameters={parameters} hash={spec.hash} />
                </td>
                {shown.map(({ name, cell, numeric }) => (
                  <td key={name} class={`of-${name}${numeric ? " numeric" : ""}`}>
                    {cell(spec, { extras, common: common.variants })}
                  </td>
                ))}
                <td class="of-install">
                  <InstallButton spec={spec} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function ColumnHead({ column, parameters }: { column: Column; parameters: URLSearchParams }) {
  const { name, label, order, numeric } = column;
  const now = orderOf(parameters);
  const ascending = now?.field === order && now?.direction === "ASC";
  const descending = now?.field === order && now?.direction === "DESC";
  const sort = ascending ? "ascending" : descending ? "descending" : undefined;
  const next = ascending ? `-${name}` : descending ? null : name;
  return (
    <th scope="col" aria-sort={order && sort} class={numeric ? "numeric" : undefined}>
      {order ? (
        <a class="sort" href={changed(parameters, { order: next, ...FROM_THE_START })}>
          {label}
          <span class="arrow" aria-hidden="true">
            {ascending ? "▲" : descending ? "▼" : "↕"}
          </span>
        </a>
      ) : (
        label
      )}
    </th>
  );
}

function PickBox({ parameters, hash }: { parameters: URLSearchParams; hash: string }) {
  const picked = parameters.getAll("pick");
  const on = picked.includes(hash);
  // A third pick takes the place of the first: two are compared.
  const next = on ? picked.filter((each) => each !== hash) : [...picked, hash].slice(-2);
  return (
    <input
      type="checkbox"
      aria-label={`Compare ${hash}`}
      checked={on}
      onChange={() => go(changed(parameters, { pick: next }), { replace: true })}
    />
  );
}

function CommonValues({ common, rows, parameters }: { common: Common; rows: number; parameters: URLSearchParams }) {
  const hidden = parameters.get("common") !== "show";
  const facts = common.facts;
  return (
    <div class="common">
      <label class="switch">
        <input
          type="checkbox"
          checked={hidden}
          onChange={() => go(changed(parameters, { common: hidden ? "show" : null }), { replace: true })}
        />
        Hide common values
      </label>
      {facts.length > 0 && (
        <p>
          <span class="quiet">All {rows} rows: </span>
          {facts.map(({ label, value }) => (
            <span key={label + value} class="fact">
              {label && <span class="quiet">{label} </span>}
              <code>{value}</code>
            </span>
          ))}
        </p>
      )}
    </div>
  );
}
