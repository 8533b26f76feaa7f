/** What is around every view: the header with search and snapshot, the navigation, the view itself. */

import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import icon from "../icon.svg";
import { useAnswer } from "./api.ts";
import { Announcements } from "./announce.tsx";
import { SnapshotsDocument } from "./queries.ts";
import { changed, current, go, isOtherPage, pageAddress, useParameters } from "./route.ts";
import { Search } from "./search.tsx";
import { Failure, Loading } from "./states.tsx";
import { type Snapshots, SnapshotsContext, snapshotOf } from "./snapshots.ts";

export interface ViewProps {
  readonly parameters: URLSearchParams;
}

type View = ComponentType<ViewProps>;

/** Views are loaded when they are first looked at. */
const VIEWS: Readonly<Record<string, () => Promise<{ default: View }>>> = {
  home: () => import("./views/home.tsx"),
  packages: () => import("./views/packages.tsx"),
  package: () => import("./views/package.tsx"),
  specs: () => import("./views/specs.tsx"),
  spec: () => import("./views/spec.tsx"),
  compare: () => import("./views/compare.tsx"),
  stacks: () => import("./views/stacks.tsx"),
  stack: () => import("./views/stack.tsx"),
  targets: () => import("./views/targets.tsx"),
  target: () => import("./views/target.tsx"),
  machine: () => import("./views/machine.tsx"),
  coverage: () => import("./views/coverage.tsx"),
  changes: () => import("./views/changes.tsx"),
  impact: () => import("./views/impact.tsx"),
};

const NAVIGATION = [
  ["packages", "Packages", ["package"]],
  ["specs", "Specs", ["spec", "compare"]],
  ["stacks", "Stacks", ["stack"]],
  ["targets", "Targets", ["target"]],
  ["machine", "My machine", []],
  ["coverage", "Coverage", []],
  ["changes", "Changes", []],
  ["impact", "Impact", []],
] as const;

export function Page() {
  const parameters = useParameters();
  const snapshots = useAnswer(SnapshotsDocument, {});
  const view = parameters.get("view") ?? "home";
  useFocusOnOtherPage(parameters);
  return (
    <SnapshotsContext.Provider value={snapshots.data?.snapshots ?? []}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header parameters={parameters} view={view} snapshots={snapshots.data?.snapshots ?? []} />
      <main id="main" tabIndex={-1}>
        {snapshots.error ? (
          <Failure error={snapshots.error} again={snapshots.again} />
        ) : (
          <LazyView name={view} parameters={parameters} />
        )}
      </main>
      <footer>
        <p>
          Everything here is asked of the <a href="graphql">GraphQL API</a>; its schema is at{" "}
          <a href="schema.graphql">schema.graphql</a>.
        </p>
      </footer>
      <Announcements />
    </SnapshotsContext.Provider>
  );
}

function Header({ parameters, view, snapshots }: ViewProps & { view: string; snapshots: Snapshots }) {
  return (
    <header>
      <div class="bar">
        <a class="brand" href={pageAddress({})}>
          <img src={icon} alt="" width="22" height="22" />
          specgraph
        </a>
        <Search snapshot={parameters.get("snapshot")} />
        <SnapshotChoice parameters={parameters} snapshots={snapshots} />
      </div>
      <nav aria-label="Views">
        <ul>
          {NAVIGATION.map(([name, label, inside]) => (
            <li key={name}>
              <a
                href={pageAddress({ view: name })}
                aria-current={view === name ? "page" : (inside as readonly string[]).includes(view) ? "true" : undefined}
              >
                {label}
              </a>
            </li>
          ))}
          <li class="apart">
            <a href="graphql">GraphiQL</a>
          </li>
        </ul>
      </nav>
    </header>
  );
}

function SnapshotChoice({ parameters, snapshots }: ViewProps & { snapshots: Snapshots }) {
  const chosen = snapshotOf(parameters, snapshots);
  return (
    <label class="snapshot">
      <span>Snapshot</span>
      <select
        value={chosen}
        onChange={(event) => go(changed(current(), { snapshot: event.currentTarget.value, ...NO_PLACE }))}
      >
        {!snapshots.some(({ name }) => name === chosen) && <option value={chosen}>{chosen}</option>}
        {snapshots.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A place in a list of one snapshot is none in another's. */
const NO_PLACE = { after: null, before: null, at: null, pick: null };

const loaded = new Map<string, View>();

function LazyView({ name, parameters }: ViewProps & { name: string }) {
  const [, setLoaded] = useState("");
  const [failed, setFailed] = useState(false);
  const load = VIEWS[name];
  useEffect(() => {
    setFailed(false);
    if (!load || loaded.has(name)) return;
    load().then(
      (module) => {
        loaded.set(name, module.default);
        setLoaded(name);
      },
      () => setFailed(true),
    );
  }, [name]);
  const View = loaded.get(name);
  if (View) return <View key={identityOf(parameters)} parameters={parameters} />;
  if (!load) return <NoView name={name} />;
  if (failed) return <p role="alert">This view could not be loaded. Load the page again.</p>;
  return <Loading what="the view" />;
}

function identityOf(parameters: URLSearchParams): string {
  return ["view", "name", "hash", "left", "right"].map((name) => parameters.get(name) ?? "").join("\n");
}

function NoView({ name }: { name: string }) {
  return (
    <>
      <h1>No such view</h1>
      <p>
        There is no view “{name}”. <a href={pageAddress({})}>Begin at the start.</a>
      </p>
    </>
  );
}

/** A screen reader, and the keyboard, go on at the heading of a page that was gone to. */
function useFocusOnOtherPage(parameters: URLSearchParams): void {
  const before = useRef(parameters);
  useEffect(() => {
    if (before.current !== parameters && isOtherPage(before.current, parameters)) document.getElementById("main")?.focus();
    before.current = parameters;
  }, [parameters]);
}
