/** The box for a Spack constraint: says how it is understood, or where it is wrong, while it is typed. */

import { useEffect, useId, useState } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { type UnderstoodQuery, UnderstoodDocument } from "../queries.ts";
import { changed, current, go } from "../route.ts";
import { useLater } from "../search.tsx";
import { Message } from "../states.tsx";
import { FROM_THE_START } from "./filter.ts";

const PAUSE_MS = 250;

interface ConstraintProps {
  readonly parameters: URLSearchParams;
  /** What the list's own answer says against the constraint in the address. */
  readonly refused: string | undefined;
}

export function Constraint({ parameters, refused }: ConstraintProps) {
  const applied = parameters.get("matching") ?? "";
  const [text, setText] = useState(applied);
  const id = useId();
  useEffect(() => setText(applied), [applied]);
  const asked = useLater(text.trim(), PAUSE_MS);
  const { data, error, loading } = useAnswer(UnderstoodDocument, asked ? { text: asked } : null);
  const typed = asked !== "" && asked === text.trim() && !loading;
  const wrong = typed ? error?.message : text === applied ? refused : undefined;
  const understood = typed && !error ? data?.parseSpec : undefined;
  return (
    <form
      class="constraint"
      onSubmit={(event) => {
        event.preventDefault();
        go(changed(current(), { matching: text.trim(), ...FROM_THE_START }));
      }}
    >
      <label for={id}>Spack constraint</label>
      <div class="field">
        <input
          id={id}
          type="text"
          class="mono"
          placeholder="@1.14: +mpi %gcc@11 ^openmpi"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={text}
          aria-invalid={wrong !== undefined}
          aria-describedby={`${id}-said`}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="primary">
          Apply
        </button>
        {applied && (
          <a class="button" href={changed(parameters, { matching: null, ...FROM_THE_START })}>
            Clear
          </a>
        )}
      </div>
      <div id={`${id}-said`} class="said">
        {wrong !== undefined && (
          <div class="failure" role="alert">
            <Message text={wrong} />
          </div>
        )}
        {understood && <Understood parsed={understood} />}
      </div>
    </form>
  );
}

function Understood({ parsed }: { parsed: NonNullable<UnderstoodQuery["parseSpec"]> }) {
  const parts = [
    ["package", parsed.name],
    ["version", parsed.versions],
    ["hash", parsed.hash],
    ["compiler", parsed.compiler],
    ["variants", parsed.variants.map(({ text }) => text).join(" ")],
    ["flags", parsed.flags.join(" ")],
    ["platform", parsed.platform],
    ["system", parsed.operatingSystem],
    ["target", parsed.target],
    ["depends on", parsed.dependencies.map(({ text }) => text).join(" ")],
  ].filter((part): part is [string, string] => Boolean(part[1]));
  return (
    <p class="understood">
      {parts.map(([label, value]) => (
        <span key={label} class="fact">
          <span class="quiet">{label} </span>
          <code>{value}</code>
        </span>
      ))}
    </p>
  );
}
