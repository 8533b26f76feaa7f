/** The matrix as a picture. */

import { Mounted } from "../mounted.tsx";
import type { Counts } from "../views/coverage.tsx";

interface HeatMapProps {
  readonly coverage: Counts;
  readonly address: (row: string, column: string) => string;
}

export function HeatMap({ coverage, address }: HeatMapProps) {
  const { rows, columns, counts } = coverage;
  return (
    <Mounted
      of={JSON.stringify([rows, columns, counts])}
      make={({ heatMapPicture }) => heatMapPicture({ rows, columns, counts }, { name: "coverage", href: address })}
    />
  );
}
