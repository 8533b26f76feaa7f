/** The filters of a table of specs: as the address holds them, and as the API takes them. */

import type { Facet, SpecFilter, SpecOrder, SpecOrderField } from "../queries.ts";

/** What the view itself narrows the table to, whatever its filters. */
export interface Fixed {
  readonly package?: string;
  readonly stack?: string;
  readonly target?: string;
  readonly runsOn?: string;
}

/** An attribute that a table is filtered by: its parameter in the address, and its facet. */
export interface Attribute {
  readonly parameter: string;
  readonly facet: Facet;
  readonly label: string;
  readonly among: (values: readonly string[]) => SpecFilter;
}

export const ATTRIBUTES: readonly Attribute[] = [
  { parameter: "package", facet: "PACKAGE", label: "Package", among: (values) => ({ package: { in: values } }) },
  { parameter: "version", facet: "VERSION", label: "Version", among: (values) => ({ version: { in: values } }) },
  { parameter: "compiler", facet: "COMPILER", label: "Compiler", among: (values) => ({ compiler: { in: values } }) },
  { parameter: "target", facet: "TARGET", label: "Target", among: (values) => ({ target: { in: values } }) },
  {
    parameter: "os",
    facet: "OPERATING_SYSTEM",
    label: "Operating system",
    among: (values) => ({ operatingSystem: { in: values } }),
  },
  { parameter: "platform", facet: "PLATFORM", label: "Platform", among: (values) => ({ platform: { in: values } }) },
  { parameter: "stack", facet: "STACK", label: "Stack", among: (values) => ({ stack: { anyOf: values } }) },
];

export const VARIANT = "variant";
const NOT = "!";

/** The filters of one parameter: values that are wanted, and values that are not. */
export interface Choice {
  readonly wanted: readonly string[];
  readonly unwanted: readonly string[];
}

export function choiceOf(parameters: URLSearchParams, parameter: string): Choice {
  const all = parameters.getAll(parameter);
  return {
    wanted: all.filter((value) => !value.startsWith(NOT)),
    unwanted: all.filter((value) => value.startsWith(NOT)).map((value) => value.slice(NOT.length)),
  };
}

/** The parameter's values after one was switched on or off; switching on takes its opposite away. */
export function switched(parameters: URLSearchParams, parameter: string, value: string, not: boolean): string[] {
  const written = (not ? NOT : "") + value;
  const all = parameters.getAll(parameter);
  const others = all.filter((each) => each !== value && each !== NOT + value);
  return all.includes(written) ? others : [...others, written];
}

/** What the API is to select. `without` leaves one parameter's filter out: its own facet counts what it could be. */
export function filterOf(parameters: URLSearchParams, fixed: Fixed, without?: string): SpecFilter {
  const all: SpecFilter[] = [];
  for (const { parameter, among } of ATTRIBUTES) {
    if (parameter === without) continue;
    const { wanted, unwanted } = choiceOf(parameters, parameter);
    if (wanted.length > 0) all.push(among(wanted));
    if (unwanted.length > 0) all.push({ not: among(unwanted) });
  }
  all.push(...variantFilters(parameters));
  const runsOn = parameters.get("runsOn");
  if (runsOn) all.push({ target: { runsOn } });
  const family = parameters.get("family");
  if (family) all.push({ target: { family } });
  if (parameters.get("binary") === "1") all.push({ inBuildCache: true });
  return { ...fixedFilter(fixed), ...(all.length > 0 && { and: all }) };
}

function fixedFilter(fixed: Fixed): SpecFilter {
  return {
    ...(fixed.package && { package: { eq: fixed.package } }),
    ...(fixed.stack && { stack: { allOf: [fixed.stack] } }),
    ...(fixed.target && { target: { eq: fixed.target } }),
    ...(fixed.runsOn && { target: { runsOn: fixed.runsOn } }),
  };
}

/** Of one variant any wanted value will do; of several variants each has to have one. */
function variantFilters(parameters: URLSearchParams): SpecFilter[] {
  const { wanted, unwanted } = choiceOf(parameters, VARIANT);
  const names = new Map<string, SpecFilter[]>();
  for (const text of wanted) {
    const filter = variantFilter(text);
    names.set(filter.name, [...(names.get(filter.name) ?? []), { variant: [filter] }]);
  }
  const filters: SpecFilter[] = [...names.values()].map((any) => ({ or: any }));
  return [...filters, ...unwanted.map((text) => ({ not: { variant: [variantFilter(text)] } }))];
}

/** "+mpi", "~mpi", "build_type=Release". */
function variantFilter(text: string) {
  if (text.startsWith("+") || text.startsWith("~")) return { name: text.slice(1), enabled: text.startsWith("+") };
  const equals = text.indexOf("=");
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

const ORDERS: readonly SpecOrderField[] = ["PACKAGE", "VERSION", "HASH", "SIZE"];

/** "version" and "-version" in the address. */
export function orderOf(parameters: URLSearchParams): SpecOrder | null {
  const text = parameters.get("order") ?? "";
  const field = text.replace("-", "").toUpperCase() as SpecOrderField;
  return ORDERS.includes(field) ? { field, direction: text.startsWith("-") ? "DESC" : "ASC" } : null;
}

/** Every filter that is on, with what takes it away. */
export function filtersOn(parameters: URLSearchParams): { label: string; parameter: string; value: string }[] {
  const on: { label: string; parameter: string; value: string }[] = [];
  for (const { parameter, label } of [...ATTRIBUTES, { parameter: VARIANT, label: "Variant" }]) {
    const { wanted, unwanted } = choiceOf(parameters, parameter);
    for (const value of wanted) on.push({ label: `${label}: ${value}`, parameter, value });
    for (const value of unwanted) on.push({ label: `${label}: not ${value}`, parameter, value: NOT + value });
  }
  const runsOn = parameters.get("runsOn");
  if (runsOn) on.push({ label: `Runs on ${runsOn}`, parameter: "runsOn", value: runsOn });
  const family = parameters.get("family");
  if (family) on.push({ label: `Target family: ${family}`, parameter: "family", value: family });
  if (parameters.get("binary") === "1") on.push({ label: "With a binary", parameter: "binary", value: "1" });
  return on;
}

/** A change of what is listed starts at its first page. */
export const FROM_THE_START = { after: null, before: null, at: null } as const;

export const NO_FILTERS = {
  ...Object.fromEntries(ATTRIBUTES.map(({ parameter }) => [parameter, null])),
  [VARIANT]: null,
  runsOn: null,
  family: null,
  binary: null,
  matching: null,
  ...FROM_THE_START,
};
