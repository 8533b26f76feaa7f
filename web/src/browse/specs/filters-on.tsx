/** The filters that are on, each with a link that takes it away. */

import { changed } from "../route.ts";
import { filtersOn, FROM_THE_START, NO_FILTERS } from "./filter.ts";

export function FiltersOn({ parameters }: { parameters: URLSearchParams }) {
  const on = filtersOn(parameters);
  if (on.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {on.map(({ label, parameter, value }) => (
        <li key={label}>
          <a
            href={changed(parameters, {
              [parameter]: parameters.getAll(parameter).filter((each) => each !== value),
              ...FROM_THE_START,
            })}
            aria-label={`Remove filter ${label}`}
          >
            {label} <span aria-hidden="true">×</span>
          </a>
        </li>
      ))}
      <li>
        <a class="plain" href={changed(parameters, NO_FILTERS)}>
          Clear all
        </a>
      </li>
    </ul>
  );
}
