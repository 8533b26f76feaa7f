import { type Drawing, escaped, FONT, labelWidth, rounded } from "./svg.ts";

/** Counts over two attributes as the API's `coverage` gives them: counts[row][column]. */
export interface Coverage {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

/** More cells than this are neither seen nor drawn quickly. */
export const MOST_CELLS = 20_000;

/** From few to many; the text on each is at least 4.5:1. A hole is none of them: it is hatched. */
const STEPS = [
  { fill: "#e3fafc", text: "#212529" },
  { fill: "#99e9f2", text: "#212529" },
  { fill: "#3bc9db", text: "#212529" },
  { fill: "#0b7285", text: "#ffffff" },
  { fill: "#084c5a", text: "#ffffff" },
] as const;

const CELL_WIDTH = 52;
const CELL_HEIGHT = 24;
const GAP = 2;
const MARGIN = 16;
const SLANT = Math.PI / 4; // of the column names

/** Why a matrix is not drawn; null where it is. */
export function tooManyCells(coverage: Coverage): string | null {
  const cells = coverage.rows.length * coverage.columns.length;
  if (cells <= MOST_CELLS) return null;
  return (
    `Too large to draw: ${coverage.rows.length} rows and ${coverage.columns.length} columns are ` +
    `${cells} cells, and at most ${MOST_CELLS} are drawn. Narrow it down with "where" or "matching".`
  );
}

/** Draws the matrix. `href` gives the address behind a cell, or nothing. */
export function heatMapDrawing(
  coverage: Coverage,
  href: (row: string, column: string) => string | undefined = () => undefined,
): Drawing {
  const { rows, columns, counts } = coverage;
  const left = MARGIN + Math.ceil(Math.max(0, ...rows.map(labelWidth))) + 8;
  const slanted = Math.ceil(Math.max(0, ...columns.map(labelWidth)) * Math.sin(SLANT)) + 14;
  const top = MARGIN + slanted;
  const most = Math.max(0, ...counts.flat());
  const across = columns.map((column, index) => {
    const x = rounded(left + index * CELL_WIDTH + CELL_WIDTH / 2);
    const y = rounded(top - 6);
    return `<text x="${x}" y="${y}" transform="rotate(-45 ${x} ${y})">${escaped(column)}</text>`;
  });
  const down = rows.map((row, index) => {
    const y = rounded(top + index * CELL_HEIGHT + CELL_HEIGHT / 2 + 4);
    return `<text x="${left - 8}" y="${y}" text-anchor="end">${escaped(row)}</text>`;
  });
  const cells = rows.flatMap((row, rowIndex) =>
    columns.map((column, columnIndex) => {
      const count = counts[rowIndex]?.[columnIndex] ?? 0;
      const x = left + columnIndex * CELL_WIDTH;
      const y = top + rowIndex * CELL_HEIGHT;
      const inside = cellDrawing(count, most, x, y, `${row}, ${column}: ${count}`);
      const address = href(row, column);
      return address === undefined ? inside : `<a href="${escaped(address)}">${inside}</a>`;
    }),
  );
  const holes = counts.flat().filter((count) => count === 0).length;
  return {
    content:
      `<defs>${HATCH}</defs><g ${FONT} fill="#212529" class="picture-names">${across.join("")}${down.join("")}</g>` +
      `<g ${FONT} text-anchor="middle">${cells.join("")}</g>`,
    width: left + columns.length * CELL_WIDTH + slanted + MARGIN,
    height: top + rows.length * CELL_HEIGHT + MARGIN,
    title: `Coverage: ${rows.length} rows, ${columns.length} columns, ${holes} of ${rows.length * columns.length} cells empty`,
  };
}

const HATCH =
  '<pattern id="picture-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<path class="picture-hatch" d="M0 0V6" stroke="#ced4da" stroke-width="2"/></pattern>';

function cellDrawing(count: number, most: number, x: number, y: number, says: string): string {
  const rect =
    `x="${x}" y="${y}" width="${CELL_WIDTH - GAP}" height="${CELL_HEIGHT - GAP}" rx="2"`;
  const text = `x="${x + (CELL_WIDTH - GAP) / 2}" y="${y + CELL_HEIGHT / 2 + 3}"`;
  const title = `<title>${escaped(says)}</title>`;
  if (count === 0) {
    return (
      `<g class="picture-hole">${title}<rect ${rect} fill="url(#picture-hatch)" stroke="#adb5bd" stroke-dasharray="3 2"/>` +
      `<text ${text} fill="#495057">0</text></g>`
    );
  }
  const step = stepOf(count, most);
  const { fill, text: ink } = STEPS[step]!;
  return (
    `<g class="picture-cell picture-step-${step}">${title}<rect ${rect} fill="${fill}"/>` +
    `<text ${text} fill="${ink}">${count}</text></g>`
  );
}

/** By square roots: counts of a build cache spread over three powers of ten, and the few are to be told apart. */
export function stepOf(count: number, most: number): number {
  return Math.min(STEPS.length - 1, Math.floor(Math.sqrt(count / Math.max(most, 1)) * STEPS.length));
}
