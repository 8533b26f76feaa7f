/** Which columns are shown: the address holds them where they are not the usual ones. */

import { changed, go } from "../route.ts";
import { COLUMNS } from "./columns.tsx";
import type { Fixed } from "./filter.ts";

export function columnsOf(parameters: URLSearchParams, fixed: Fixed): ReadonlySet<string> {
  const chosen = parameters.get("columns");
  return new Set(chosen === null ? usual(fixed) : chosen.split(","));
}

function usual(fixed: Fixed): string[] {
  return COLUMNS.filter(({ name, optional }) => !optional && !(name === "package" && fixed.package)).map(
    ({ name }) => name,
  );
}

export function ColumnChoice({ parameters, fixed }: { parameters: URLSearchParams; fixed: Fixed }) {
  const chosen = columnsOf(parameters, fixed);
  const set = (name: string, on: boolean) => {
    const names = COLUMNS.map((column) => column.name).filter((each) => (each === name ? on : chosen.has(each)));
    const asUsual = names.join() === usual(fixed).join();
    go(changed(parameters, { columns: asUsual ? null : names.join(",") || "hash" }), { replace: true });
  };
  return (
    <details class="menu">
      <summary>Columns</summary>
      <fieldset>
        <legend class="hidden">Columns</legend>
        {COLUMNS.map(({ name, label }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.has(name)}
              onChange={(event) => set(name, event.currentTarget.checked)}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
