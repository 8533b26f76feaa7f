/** All specs of a snapshot, by constraint and filters. */

import type { ViewProps } from "../page.tsx";
import { SpecTable } from "../specs/table.tsx";
import { Title } from "../title.tsx";

export default function Specs({ parameters }: ViewProps) {
  return (
    <>
      <Title>Specs</Title>
      <SpecTable parameters={parameters} fixed={{}} of="the snapshot" />
    </>
  );
}
