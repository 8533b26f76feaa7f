/** The matrix as a table: each cell leads to its specs, and is the darker the more it has. */

import { grouped } from "../numbers.ts";
import { Nothing } from "../states.tsx";
import type { Counts } from "../views/coverage.tsx";

const ROWS_AT_FIRST = 200;
const STEPS = 5;

interface MatrixProps {
  readonly coverage: Counts;
  readonly rowLabel: string;
  readonly columnLabel: string;
  readonly address: (row: string, column: string) => string;
}

export function Matrix({ coverage, rowLabel, columnLabel, address }: MatrixProps) {
  const { rows, columns, counts } = coverage;
  if (rows.length === 0 || columns.length === 0) return <Nothing>No spec is selected.</Nothing>;
  const most = Math.max(1, ...counts.map((row) => Math.max(0, ...row)));
  const shown = rows.slice(0, ROWS_AT_FIRST);
  return (
    <>
      <div class="scroll" role="region" aria-label="Coverage matrix" tabIndex={0}>
        <table class="matrix">
          <caption>
            Specs by {rowLabel.toLowerCase()} and {columnLabel.toLowerCase()}
          </caption>
          <thead>
            <tr>
              <th scope="col">{rowLabel}</th>
              {columns.map((column) => (
                <th key={column} scope="col" class="across">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, rowIndex) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {columns.map((column, columnIndex) => (
                  <Cell
                    key={column}
                    count={counts[rowIndex]![columnIndex]!}
                    most={most}
                    address={() => address(row, column)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && (
        <p class="quiet">
          The first {grouped(shown.length)} of {grouped(rows.length)} rows are shown: a constraint or a filter narrows
          it down.
        </p>
      )}
    </>
  );
}

function Cell({ count, most, address }: { count: number; most: number; address: () => string }) {
  if (count === 0) return <td class="cell hole">0</td>;
  // By square roots: counts spread over three powers of ten, and the few are to be told apart.
  const step = Math.min(STEPS - 1, Math.floor(Math.sqrt(count / most) * STEPS));
  return (
    <td class={`cell step-${step}`}>
      <a href={address()}>{grouped(count)}</a>
    </td>
  );
}
