/** One spec: what was decided about it, what it needs and what needs it. */

import { useAnswer } from "../api.ts";
import { CopyButton } from "../copy.tsx";
import { Command } from "../install.tsx";
import { counted } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { SpecDetailsDocument, type SpecDetailsQuery } from "../queries.ts";
import { changed, go, pageAddress } from "../route.ts";
import { snapshotOf, useSnapshots } from "../snapshots.ts";
import { Elsewhere } from "../spec/elsewhere.tsx";
import { Facts } from "../spec/facts.tsx";
import { Paths } from "../spec/paths.tsx";
import { Picture } from "../spec/picture.tsx";
import { Tree } from "../spec/tree.tsx";
import { Nothing, Show } from "../states.tsx";
import { Tabs, tabOf } from "../tabs.tsx";
import { Title } from "../title.tsx";

const TABS = [
  ["dependencies", "Dependencies"],
  ["picture", "Picture"],
  ["dependents", "Needed by"],
  ["paths", "Why does it need…"],
] as const;

export default function SpecView({ parameters }: ViewProps) {
  const hash = parameters.get("hash") ?? "";
  const snapshot = parameters.get("snapshot");
  const answer = useAnswer(SpecDetailsDocument, { hash, snapshot });
  return (
    <Show answer={answer} what="the spec">
      {({ spec }) => (spec ? <Details spec={spec} parameters={parameters} /> : <NotHere hash={hash} parameters={parameters} />)}
    </Show>
  );
}

type Spec = NonNullable<SpecDetailsQuery["spec"]>;

function Details({ spec, parameters }: ViewProps & { spec: Spec }) {
  const tab = tabOf(parameters, TABS);
  const { name } = spec.package;
  return (
    <>
      <Title kind="Spec">
        {name}@{spec.version} <code class="hash">/{spec.hash}</code>
      </Title>
      <div class="summary">
        <Command text={spec.installCommand} what="install command" />
        <p class="actions">
          <CopyButton text={spec.hash} what="hash">
            Copy hash
          </CopyButton>
          <CopyButton text={spec.text} what="spec">
            Copy spec
          </CopyButton>
          <a class="button" href={pageAddress({ view: "package", name, pick: spec.hash })}>
            Compare with another
          </a>
          <a class="button" href={pageAddress({ view: "impact", of: spec.hash })}>
            What rebuilds if it changes
          </a>
        </p>
      </div>
      <Facts spec={spec} />
      <Elsewhere hash={spec.hash} />
      <Tabs
        parameters={parameters}
        label={`Relations of ${name}`}
        chosen={tab}
        tabs={TABS.map(([each, label]) => [each, countedLabel(each, label, spec)] as const)}
      />
      {tab === "dependencies" && <Tree parameters={parameters} hash={spec.hash} direction="dependencies" />}
      {tab === "dependents" && <Tree parameters={parameters} hash={spec.hash} direction="dependents" />}
      {tab === "picture" && <Picture parameters={parameters} hash={spec.hash} />}
      {tab === "paths" && <Paths parameters={parameters} hash={spec.hash} />}
    </>
  );
}

function countedLabel(tab: string, label: string, spec: Spec): string {
  if (tab === "dependencies") return `${label} (${spec.direct.totalCount})`;
  return tab === "dependents" ? `${label} (${counted(spec.needed.totalCount, "spec")})` : label;
}

function NotHere({ hash, parameters }: ViewProps & { hash: string }) {
  const snapshot = snapshotOf(parameters, useSnapshots());
  return (
    <>
      <Title kind="Spec">{`/${hash}`}</Title>
      <Nothing>{snapshot} has no spec of that hash.</Nothing>
      <Elsewhere hash={hash} />
      <p>
        <button type="button" onClick={() => go(changed(parameters, { view: "specs", hash: null }))}>
          All specs of {snapshot}
        </button>
      </p>
    </>
  );
}
