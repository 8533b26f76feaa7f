/** The columns of a table of specs. */

import type { ComponentChildren } from "preact";

import { CopyButton } from "../copy.tsx";
import { SpecLink } from "../links.tsx";
import { bytes, grouped } from "../numbers.ts";
import type { SpecOrderField, SpecRowFragment } from "../queries.ts";
import { changed, pageAddress } from "../route.ts";

/** What is asked apart, for the columns that need it: by hash. */
export interface Extras {
  readonly counts?: ReadonlyMap<string, { direct: number; transitive: number; truncated: boolean }> | undefined;
  readonly holdings?: ReadonlyMap<string, readonly { snapshot: string; stacks: readonly string[] }[]> | undefined;
}

export interface Column {
  readonly name: string;
  readonly label: string;
  readonly order?: SpecOrderField;
  /** Of rows that are all alike in it, the column may be hidden. */
  readonly value?: (spec: SpecRowFragment) => string;
  readonly cell: (spec: SpecRowFragment, context: CellContext) => ComponentChildren;
  readonly numeric?: boolean;
  /** Not shown unless it is chosen: it costs more questions. */
  readonly optional?: boolean;
}

export interface CellContext {
  readonly extras: Extras;
  /** Variants that all rows have. */
  readonly common: ReadonlySet<string>;
}

export const COLUMNS: readonly Column[] = [
  { name: "hash", label: "Hash", order: "HASH", cell: HashCell },
  {
    name: "package",
    label: "Package",
    order: "PACKAGE",
    value: (spec) => spec.package.name,
    cell: (spec) => <a href={pageAddress({ view: "package", name: spec.package.name })}>{spec.package.name}</a>,
  },
  { name: "version", label: "Version", order: "VERSION", value: (spec) => spec.version, cell: (spec) => spec.version },
  {
    name: "compiler",
    label: "Compiler",
    value: (spec) => spec.compiler?.name ?? "none",
    cell: (spec) => spec.compiler?.name ?? <span class="absent">none</span>,
  },
  { name: "variants", label: "Variants", cell: VariantsCell },
  { name: "platform", label: "Platform", value: (spec) => spec.platform, cell: (spec) => spec.platform },
  {
    name: "os",
    label: "Operating system",
    value: (spec) => spec.operatingSystem.name,
    cell: (spec) => spec.operatingSystem.name,
  },
  {
    name: "target",
    label: "Target",
    value: (spec) => spec.target.name,
    cell: (spec) => <a href={pageAddress({ view: "target", name: spec.target.name })}>{spec.target.name}</a>,
  },
  {
    name: "stacks",
    label: "Stacks",
    value: (spec) => stacksOf(spec).join(", "),
    cell: (spec) => <Names view="stack" names={stacksOf(spec)} />,
  },
  {
    name: "size",
    label: "Size",
    order: "SIZE",
    numeric: true,
    value: (spec) => (spec.size == null ? "not recorded" : bytes(spec.size)),
    cell: (spec) => (spec.size == null ? <Absent>not recorded</Absent> : bytes(spec.size)),
  },
  { name: "dependencies", label: "Dependencies", numeric: true, optional: true, cell: CountsCell },
  { name: "snapshots", label: "Snapshots", optional: true, cell: SnapshotsCell },
];

export function stacksOf(spec: SpecRowFragment): string[] {
  return spec.stacks.nodes.map(({ name }) => name);
}

function Absent({ children }: { children: string }) {
  return (
    <span class="absent" title={children}>
      –<span class="hidden">{children}</span>
    </span>
  );
}

function Names({ view, names }: { view: string; names: readonly string[] }) {
  if (names.length === 0) return <Absent>in no stack</Absent>;
  return (
    <span class="names">
      {names.map((name) => (
        <a key={name} href={pageAddress({ view, name })}>
          {name}
        </a>
      ))}
    </span>
  );
}

function HashCell(spec: SpecRowFragment) {
  return (
    <span class="hash-cell">
      <SpecLink hash={spec.hash} />
      <CopyButton text={spec.hash} what={`hash ${spec.hash}`} />
      {spec.external && <span class="tag">external</span>}
      {!spec.external && !spec.inBuildCache && <span class="tag">no binary</span>}
    </span>
  );
}

function VariantsCell(spec: SpecRowFragment, { common }: CellContext) {
  const variants = spec.variants.filter(({ text }) => !common.has(text));
  if (variants.length === 0) return <Absent>{spec.variants.length > 0 ? "as all others" : "none"}</Absent>;
  return (
    <span class="variants">
      {variants.map(({ text }) => (
        <code key={text} class={variantClass(text)}>
          {text}
        </code>
      ))}
    </span>
  );
}

export function variantClass(text: string): string {
  return text.startsWith("+") ? "on" : text.startsWith("~") ? "off" : "valued";
}

function CountsCell(spec: SpecRowFragment, { extras }: CellContext) {
  const counts = extras.counts?.get(spec.hash);
  if (!counts) return <span class="absent">…</span>;
  return (
    <a
      href={pageAddress({ view: "spec", hash: spec.hash })}
      title={`${counts.direct} direct, ${counts.transitive} in all${counts.truncated ? " or more" : ""}`}
    >
      {grouped(counts.direct)} / {grouped(counts.transitive)}
      {counts.truncated && "+"}
    </a>
  );
}

function SnapshotsCell(spec: SpecRowFragment, { extras }: CellContext) {
  const holdings = extras.holdings?.get(spec.hash);
  if (!holdings) return <span class="absent">…</span>;
  return (
    <span class="names">
      {holdings.map(({ snapshot, stacks }) => (
        <a
          key={snapshot}
          href={changed(new URLSearchParams(), { view: "spec", hash: spec.hash, snapshot })}
          title={stacks.length > 0 ? `in ${stacks.join(", ")}` : "in no stack"}
        >
          {snapshot} <span class="count">{stacks.filter((name) => name !== "root").join(", ")}</span>
        </a>
      ))}
    </span>
  );
}
