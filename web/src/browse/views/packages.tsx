/** All packages of a snapshot, by name or by how many specs they have. */

import { useEffect, useState } from "preact/hooks";

import { useAnswer } from "../api.ts";
import { useAnnouncement } from "../announce.tsx";
import { counted, grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { Pager, pageAsked } from "../pager.tsx";
import { type PackagesQuery, PackagesDocument } from "../queries.ts";
import { changed, current, go, pageAddress } from "../route.ts";
import { useLater } from "../search.tsx";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

const PAUSE_MS = 200;
const VERSIONS_SHOWN = 4;

export default function Packages({ parameters }: ViewProps) {
  const contains = parameters.get("contains");
  const answer = useAnswer(PackagesDocument, {
    snapshot: parameters.get("snapshot"),
    where: contains ? { name: { contains } } : null,
    orderBy: parameters.get("order") === "-specs" ? { field: "SPEC_COUNT", direction: "DESC" } : null,
    ...pageAsked(parameters),
  });
  const packages = answer.data?.packages;
  useAnnouncement(packages && !answer.loading ? counted(packages.totalCount, "package") : undefined);
  return (
    <>
      <Title>Packages</Title>
      <Contains parameters={parameters} />
      <Show answer={answer} what="packages">
        {({ packages: list }) =>
          list && list.totalCount > 0 ? (
            <>
              <PackageTable packages={list.nodes} parameters={parameters} />
              <Pager
                parameters={parameters}
                page={list.pageInfo}
                shown={list.nodes.length}
                total={list.totalCount}
                noun="packages"
              />
            </>
          ) : (
            <Nothing>No package’s name holds “{contains}”. The search above forgives typing errors.</Nothing>
          )
        }
      </Show>
    </>
  );
}

function Contains({ parameters }: ViewProps) {
  const applied = parameters.get("contains") ?? "";
  const [text, setText] = useState(applied);
  useEffect(() => setText(applied), [applied]);
  const later = useLater(text.trim(), PAUSE_MS);
  useEffect(() => {
    const now = current();
    if (now.get("view") === "packages" && later === text.trim() && later !== (now.get("contains") ?? "")) {
      go(changed(now, { contains: later, after: null, before: null, at: null }), { replace: true });
    }
  }, [later]);
  return (
    <label class="line">
      <span>Name holds</span>
      <input type="search" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />
    </label>
  );
}

type Listed = NonNullable<PackagesQuery["packages"]>["nodes"];

function PackageTable({ packages, parameters }: ViewProps & { packages: Listed }) {
  const bySpecs = parameters.get("order") === "-specs";
  const place = { after: null, before: null, at: null };
  return (
    <div class="scroll" role="region" aria-label="Table of packages" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col" aria-sort={bySpecs ? undefined : "ascending"}>
              <a class="sort" href={changed(parameters, { order: null, ...place })}>
                Package
                <span class="arrow" aria-hidden="true">
                  {bySpecs ? "↕" : "▲"}
                </span>
              </a>
            </th>
            <th scope="col">Versions</th>
            <th scope="col" class="numeric" aria-sort={bySpecs ? "descending" : undefined}>
              <a class="sort" href={changed(parameters, { order: "-specs", ...place })}>
                Specs
                <span class="arrow" aria-hidden="true">
                  {bySpecs ? "▼" : "↕"}
                </span>
              </a>
            </th>
            <th scope="col" class="numeric">
              Stacks
            </th>
            <th scope="col">Targets</th>
          </tr>
        </thead>
        <tbody>
          {packages.map((each) => (
            <tr key={each.id}>
              <th scope="row">
                <a href={pageAddress({ view: "package", name: each.name })}>{each.name}</a>
              </th>
              <td>
                {each.versions.slice(0, VERSIONS_SHOWN).join(", ")}
                {each.versions.length > VERSIONS_SHOWN && (
                  <span class="quiet"> and {each.versions.length - VERSIONS_SHOWN} more</span>
                )}
              </td>
              <td class="numeric">{grouped(each.specCount)}</td>
              <td class="numeric">{grouped(each.stacks.totalCount)}</td>
              <td>{each.targets.map(({ name }) => name).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
