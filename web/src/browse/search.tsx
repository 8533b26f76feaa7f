/** Search as you type: a combobox (ARIA 1.2) over everything that has a name, and over hashes. */

import { useEffect, useId, useState } from "preact/hooks";

import { useAnswer } from "./api.ts";
import { announce } from "./announce.tsx";
import { counted } from "./numbers.ts";
import { type SearchQuery, SearchDocument } from "./queries.ts";
import { go, pageAddress } from "./route.ts";

const PAUSE_MS = 120; // between keys; a question for each would be asked for nothing
const HITS = 12;

type Hit = NonNullable<SearchQuery["search"]>[number];

export function Search({ snapshot }: { snapshot: string | null }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const list = useId();
  const wanted = useLater(text.trim(), PAUSE_MS);
  const answer = useAnswer(SearchDocument, wanted ? { text: wanted, snapshot, first: HITS } : null);
  const hits = wanted && text.trim() ? (answer.data?.search ?? []) : [];
  const shown = open && hits.length > 0;
  const none = open && text.trim() === wanted && wanted !== "" && !answer.loading && hits.length === 0;

  useEffect(() => {
    setChosen(-1);
    if (open && wanted && answer.data) announce(`${counted(hits.length, "hit")} for ${wanted}`);
  }, [answer.data, wanted]);

  const leave = (address: string) => {
    setOpen(false);
    setText("");
    go(address);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (hits.length > 0) setChosen((chosen + step + hits.length + (chosen < 0 && step < 0 ? 1 : 0)) % hits.length);
    } else if (event.key === "Escape") {
      if (open) setOpen(false);
      else setText("");
    } else if (event.key === "Enter") {
      const hit = hits[chosen] ?? (text.trim() === wanted && !answer.loading ? hits[0] : undefined);
      if (hit) leave(addressOf(hit));
      else if (text.trim()) leave(pageAddress({ view: "packages", contains: text.trim() }));
    }
  };
  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="text"
        role="combobox"
        aria-label="Search packages, stacks, targets, compilers and hashes"
        placeholder="Search packages, stacks, targets, hashes"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={list}
        aria-activedescendant={shown && chosen >= 0 ? `${list}-${chosen}` : undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onKeyDown={keys}
        onFocus={() => setOpen(text !== "")}
        onBlur={() => setOpen(false)}
      />
      <ul id={list} role="listbox" aria-label="Hits" hidden={!shown}>
        {hits.map((hit, index) => (
          <li
            key={hit.node.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === chosen}
            // On press, not on click: the field would lose the focus, and the list go, in between.
            onMouseDown={(event) => {
              event.preventDefault();
              leave(addressOf(hit));
            }}
          >
            <span class="kind">{KINDS[hit.kind]}</span>
            <span class="label">{hit.label}</span>
            {"specCount" in hit.node && <span class="count">{counted(hit.node.specCount, "spec")}</span>}
          </li>
        ))}
      </ul>
      {none && <p class="no-hits">Nothing is called like “{wanted}”.</p>}
    </form>
  );
}

const KINDS: Readonly<Record<Hit["kind"], string>> = {
  PACKAGE: "package",
  SPEC: "spec",
  STACK: "stack",
  TARGET: "target",
  OPERATING_SYSTEM: "system",
  COMPILER: "compiler",
};

function addressOf({ node }: Hit): string {
  switch (node.__typename) {
    case "Package":
      return pageAddress({ view: "package", name: node.name });
    case "Spec":
      return pageAddress({ view: "spec", hash: node.hash });
    case "Stack":
      return pageAddress({ view: "stack", name: node.name });
    case "Target":
      return pageAddress({ view: "target", name: node.name });
    case "OperatingSystem":
      return pageAddress({ view: "specs", os: node.name });
    case "Compiler":
      return pageAddress({ view: "specs", compiler: node.name });
    default:
      return pageAddress({ view: "home" });
  }
}

/** The value, once it has not changed for a while; what is emptied is empty at once. */
export function useLater(value: string, pauseMs: number): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    if (value === later) return;
    const timer = setTimeout(() => setLater(value), value === "" ? 0 : pauseMs);
    return () => clearTimeout(timer);
  }, [value, later, pauseMs]);
  return later;
}
