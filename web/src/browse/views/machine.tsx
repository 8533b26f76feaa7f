/** What a machine can install, and what stands in the way of the rest. */

import { useId } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { useAnnouncement } from "../announce.tsx";
import { InstallButton } from "../install.tsx";
import { SpecLink } from "../links.tsx";
import { counted, grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { Pager, sizeOf } from "../pager.tsx";
import {
  InstallableDocument,
  type InstallableQuery,
  type InstallableVerdict,
  TargetNamesDocument,
} from "../queries.ts";
import { go, pageAddress } from "../route.ts";
import { useMachineTargets } from "../specs/runs-on.tsx";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

export default function Machine({ parameters }: ViewProps) {
  const host = {
    target: parameters.get("target") ?? "",
    operatingSystem: parameters.get("os") ?? "",
    platform: parameters.get("platform") ?? "linux",
  };
  const asked = Boolean(host.target && host.operatingSystem);
  const answer = useAnswer(
    InstallableDocument,
    asked
      ? {
          host,
          snapshot: parameters.get("snapshot"),
          matching: parameters.get("matching"),
          first: sizeOf(parameters),
          after: parameters.get("after"),
        }
      : null,
  );
  const found = answer.data?.installable;
  useAnnouncement(
    found && !answer.loading ? `${counted(found.installableCount, "spec")} can be installed` : undefined,
  );
  return (
    <>
      <Title>What can my machine install?</Title>
      <p class="lead">
        <code>spack arch</code> prints the three names of a machine: platform, operating system and target.
      </p>
      <HostForm key={[...Object.values(host), parameters.get("matching")].join(" ")} parameters={parameters} />
      {asked ? (
        <Show answer={answer} what="verdicts">
          {({ installable }) =>
            installable ? <Verdicts list={installable} parameters={parameters} /> : <Nothing>No answer.</Nothing>
          }
        </Show>
      ) : (
        <Nothing>Name the machine’s target and operating system.</Nothing>
      )}
    </>
  );
}

const PLATFORMS = ["linux", "darwin", "windows"];

function HostForm({ parameters }: ViewProps) {
  const id = useId();
  const targets = useMachineTargets(parameters.get("snapshot"));
  const systems = useAnswer(TargetNamesDocument, { snapshot: parameters.get("snapshot") }).data?.operatingSystems;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // The fields keep their own values: what is typed into one must not reset the others.
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go(
      pageAddress({
        view: "machine",
        target: String(form.get("target")).trim(),
        os: String(form.get("os")).trim(),
        platform: String(form.get("platform")),
        matching: String(form.get("matching")).trim(),
      }),
    );
  };
  return (
    <form class="host" onSubmit={submit}>
      <label>
        <span>Target</span>
        <input name="target" list={`${id}-targets`} required defaultValue={parameters.get("target") ?? ""} placeholder="zen3" />
      </label>
      <datalist id={`${id}-targets`}>
        {targets.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <label>
        <span>Operating system</span>
        <input
          name="os"
          list={`${id}-systems`}
          required
          defaultValue={parameters.get("os") ?? ""}
          placeholder="ubuntu22.04"
        />
      </label>
      <datalist id={`${id}-systems`}>
        {systems?.nodes.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <label>
        <span>Platform</span>
        <select name="platform">
          {PLATFORMS.map((name) => (
            <option key={name} selected={name === (parameters.get("platform") ?? "linux")}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="grow">
        <span>Only what matches (Spack constraint)</span>
        <input
          name="matching"
          class="mono"
          defaultValue={parameters.get("matching") ?? ""}
          placeholder="hdf5+mpi"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="primary">
        Ask
      </button>
    </form>
  );
}

const SAID: Readonly<Record<InstallableVerdict, string>> = {
  INSTALLABLE: "can be installed",
  PLATFORM_MISMATCH: "another platform",
  OPERATING_SYSTEM_MISMATCH: "another operating system",
  TARGET_INCOMPATIBLE: "a target it does not run",
  MISSING_BINARY: "no binary",
  DEPENDENCY_BLOCKED: "something it needs is blocked",
};

type List = NonNullable<InstallableQuery["installable"]>;

function Verdicts({ list, parameters }: ViewProps & { list: List }) {
  return (
    <>
      <p class="result">
        <strong>{grouped(list.installableCount)}</strong> of {counted(list.totalCount, "spec")} can be installed, with
        everything they link and run.
      </p>
      {list.totalCount > 0 && (
        <div class="scroll" role="region" aria-label="Table of verdicts" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Spec</th>
                <th scope="col">Verdict</th>
                <th scope="col">Target</th>
                <th scope="col">Operating system</th>
                <th scope="col">Compiler</th>
                <th scope="col">Stands in the way</th>
                <th scope="col">
                  <span class="hidden">Install</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.edges.map((edge) => (
                <VerdictRow key={edge.node.hash} edge={edge} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager
        parameters={parameters}
        page={list.pageInfo}
        shown={list.edges.length}
        total={list.totalCount}
        noun="specs"
        forwardOnly
      />
    </>
  );
}

const BLOCKERS_SHOWN = 5;

function VerdictRow({ edge }: { edge: List["edges"][number] }) {
  const { node, verdict, blockedBy, closureRecorded, truncated } = edge;
  const installable = verdict === "INSTALLABLE";
  return (
    <tr>
      <th scope="row">
        <SpecLink hash={node.hash} name={node.package.name} version={node.version} />
      </th>
      <td>
        <span class={installable ? "verdict yes" : "verdict no"} title={verdict}>
          {SAID[verdict]}
        </span>
        {!closureRecorded && <span class="quiet"> (what it needs is not all recorded)</span>}
      </td>
      <td>{node.target.name}</td>
      <td>{node.operatingSystem.name}</td>
      <td>{node.compiler?.name ?? "none"}</td>
      <td>
        <ul class="plain-list">
          {blockedBy.slice(0, BLOCKERS_SHOWN).map((each) => (
            <li key={each.hash}>
              <SpecLink hash={each.hash} name={each.package.name} version={each.version} />{" "}
              <span class="quiet">
                {each.inBuildCache ? `${each.target.name}, ${each.operatingSystem.name}` : "no binary"}
              </span>
            </li>
          ))}
          {blockedBy.length > BLOCKERS_SHOWN && (
            <li class="quiet">and {counted(blockedBy.length - BLOCKERS_SHOWN, "other spec")}</li>
          )}
          {truncated && <li class="quiet">and perhaps more</li>}
        </ul>
      </td>
      <td>{installable && <InstallButton spec={node} />}</td>
    </tr>
  );
}
