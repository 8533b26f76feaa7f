/** Which types of dependency are followed: all, unless the address names some. */

import { DEPTYPES } from "./links.tsx";
import type { DependencyType } from "./queries.ts";
import { changed, go } from "./route.ts";

/** Null follows all types. */
export function deptypesOf(parameters: URLSearchParams): DependencyType[] | null {
  const chosen = parameters.get("deptypes");
  return chosen === null ? null : DEPTYPES.filter((type) => chosen.split(",").includes(type.toLowerCase()));
}

export function DeptypeChoice({ parameters }: { parameters: URLSearchParams }) {
  const chosen = deptypesOf(parameters) ?? DEPTYPES;
  const set = (types: readonly DependencyType[]) => {
    const all = types.length === DEPTYPES.length || types.length === 0;
    const deptypes = all ? null : types.map((type) => type.toLowerCase()).join(",");
    go(changed(parameters, { deptypes, after: null, before: null, at: null }), { replace: true });
  };
  const withoutBuild = DEPTYPES.filter((type) => type !== "BUILD");
  const buildHidden = !chosen.includes("BUILD");
  return (
    <fieldset class="inline">
      <legend>Dependency types</legend>
      {DEPTYPES.map((type) => (
        <label key={type}>
          <input
            type="checkbox"
            checked={chosen.includes(type)}
            onChange={() => set(DEPTYPES.filter((each) => (each === type) !== chosen.includes(each)))}
          />
          {type.toLowerCase()}
        </label>
      ))}
      <button
        type="button"
        aria-pressed={buildHidden}
        onClick={() => set(buildHidden ? DEPTYPES : withoutBuild.filter((type) => chosen.includes(type)))}
      >
        Hide build
      </button>
    </fieldset>
  );
}
