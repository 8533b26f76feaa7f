/** The filter "runs on this target": everything that a machine of that target can use. */

import { useId } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { TargetNamesDocument } from "../queries.ts";
import { changed, go } from "../route.ts";
import { FROM_THE_START } from "./filter.ts";

/** Names of all targets that the snapshot's specs run on, by name. */
export function useMachineTargets(snapshot: string | null): string[] {
  const { data } = useAnswer(TargetNamesDocument, { snapshot });
  const names = (data?.targets?.nodes ?? []).flatMap(({ name, runnableOn }) => [name, ...runnableOn.map((t) => t.name)]);
  return [...new Set(names)].sort();
}

export function RunsOn({ parameters }: { parameters: URLSearchParams }) {
  const id = useId();
  const names = useMachineTargets(parameters.get("snapshot"));
  const chosen = parameters.get("runsOn") ?? "";
  return (
    <div class="runs-on">
      <label for={id}>Runs on this target</label>
      <select
        id={id}
        value={chosen}
        onChange={(event) => go(changed(parameters, { runsOn: event.currentTarget.value, ...FROM_THE_START }))}
      >
        <option value="">any</option>
        {chosen && !names.includes(chosen) && <option value={chosen}>{chosen}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
