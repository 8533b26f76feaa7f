/** Parts of a view, one shown at a time: links, because the address says which. */

import { changed } from "./route.ts";

interface TabsProps {
  readonly parameters: URLSearchParams;
  readonly label: string;
  readonly tabs: readonly (readonly [name: string, label: string])[];
  readonly chosen: string;
}

export function Tabs({ parameters, label, tabs, chosen }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(([name, says], index) => (
          <li key={name}>
            <a
              href={changed(parameters, { tab: index === 0 ? null : name })}
              aria-current={chosen === name ? "true" : undefined}
            >
              {says}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The tab that the address names; the first where it names none that is there. */
export function tabOf(parameters: URLSearchParams, tabs: TabsProps["tabs"]): string {
  const asked = parameters.get("tab");
  return tabs.some(([name]) => name === asked) ? asked! : tabs[0]![0];
}
