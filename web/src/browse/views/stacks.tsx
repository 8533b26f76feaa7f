/** The stacks of a snapshot. */

import { useAnswer } from "../api.ts";
import { grouped } from "../numbers.ts";
import type { ViewProps } from "../page.tsx";
import { StacksDocument } from "../queries.ts";
import { pageAddress } from "../route.ts";
import { Nothing, Show } from "../states.tsx";
import { Title } from "../title.tsx";

export default function Stacks({ parameters }: ViewProps) {
  const answer = useAnswer(StacksDocument, { snapshot: parameters.get("snapshot") });
  return (
    <>
      <Title>Stacks</Title>
      <p class="lead">Environments that Spack’s CI builds. “root” is the index over all of them.</p>
      <Show answer={answer} what="stacks">
        {({ stacks }) =>
          stacks && stacks.totalCount > 0 ? (
            <div class="scroll" role="region" aria-label="Table of stacks" tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Stack</th>
                    <th scope="col" class="numeric">
                      Packages
                    </th>
                    <th scope="col" class="numeric">
                      Specs
                    </th>
                    <th scope="col" class="numeric">
                      In the build cache
                    </th>
                    <th scope="col">Targets</th>
                    <th scope="col">Operating systems</th>
                    <th scope="col">Compilers</th>
                  </tr>
                </thead>
                <tbody>
                  {stacks.nodes.map((stack) => (
                    <tr key={stack.id}>
                      <th scope="row">
                        <a href={pageAddress({ view: "stack", name: stack.name })}>{stack.name}</a>
                        {stack.root && <span class="tag">all stacks</span>}
                      </th>
                      <td class="numeric">{grouped(stack.packageCount)}</td>
                      <td class="numeric">{grouped(stack.specCount)}</td>
                      <td class="numeric">{grouped(stack.binaryCount)}</td>
                      <td>{stack.targets.map(({ name }) => name).join(", ")}</td>
                      <td>{stack.operatingSystems.map(({ name }) => name).join(", ")}</td>
                      <td>{stack.compilers.map(({ name }) => name).join(", ")}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <Nothing>The snapshot has no stacks.</Nothing>
          )
        }
      </Show>
    </>
  );
}
