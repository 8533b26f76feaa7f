/** The URL's query string holds the page's whole state: links are links, and back, forward and reload work. */

import { useEffect, useState } from "preact/hooks";

/** A parameter's new value: null takes it away, a list has it several times. */
export type Changes = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** What makes another page rather than another look at the same one. */
const IDENTITY = ["view", "name", "hash", "left", "right"];

const listeners = new Set<() => void>();

export function current(): URLSearchParams {
  return new URLSearchParams(location.search);
}

/** The address that differs from `from` by the changes; parameters keep their order. */
export function changed(from: URLSearchParams, changes: Changes): string {
  const to = new URLSearchParams(from);
  for (const [name, value] of Object.entries(changes)) {
    to.delete(name);
    if (value === null || value === undefined || value === "") continue;
    for (const each of Array.isArray(value) ? value : [value]) to.append(name, String(each));
  }
  const text = to.toString().replaceAll("%2C", ",").replaceAll("%40", "@").replaceAll("%3A", ":");
  return `?${text}`;
}

/** The address of another page, in the same snapshot. */
export function pageAddress(changes: Changes): string {
  const snapshot = current().get("snapshot");
  return changed(new URLSearchParams(), { ...changes, snapshot: changes["snapshot"] ?? snapshot });
}

/** Go to an address of this page. `replace` leaves no step to go back to. */
export function go(address: string, { replace = false } = {}): void {
  const before = current();
  history[replace ? "replaceState" : "pushState"](null, "", address);
  for (const listener of listeners) listener();
  if (isOtherPage(before, current())) scrollTo(0, 0);
}

export function isOtherPage(before: URLSearchParams, after: URLSearchParams): boolean {
  return IDENTITY.some((name) => before.get(name) !== after.get(name));
}

/** The parameters, kept in step with the address. */
export function useParameters(): URLSearchParams {
  const [parameters, setParameters] = useState(current);
  useEffect(() => {
    const update = () => setParameters(current());
    listeners.add(update);
    addEventListener("popstate", update);
    return () => {
      listeners.delete(update);
      removeEventListener("popstate", update);
    };
  }, []);
  return parameters;
}

/** Follow links within the page without loading it again; those for a new tab stay the browser's. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a[href]");
    const address = link?.getAttribute("href");
    if (!address?.startsWith("?") || link?.hasAttribute("download") || link?.hasAttribute("target")) return;
    event.preventDefault();
    go(address);
  });
}
