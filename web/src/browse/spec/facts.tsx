/** What is recorded of a spec. */

import type { ComponentChildren } from "preact";

import { bytes } from "../numbers.ts";
import type { SpecDetailsQuery } from "../queries.ts";
import { pageAddress } from "../route.ts";
import { stacksOf, variantClass } from "../specs/columns.tsx";

export function Facts({ spec }: { spec: NonNullable<SpecDetailsQuery["spec"]> }) {
  const stacks = stacksOf(spec);
  return (
    <section aria-label="What is recorded">
      <dl class="facts">
        <Fact label="Package">
          <a href={pageAddress({ view: "package", name: spec.package.name })}>{spec.package.name}</a>
        </Fact>
        <Fact label="Version">{spec.version}</Fact>
        <Fact label="Compiler">
          {spec.compiler ? (
            <a href={pageAddress({ view: "specs", compiler: spec.compiler.name })}>{spec.compiler.name}</a>
          ) : (
            "none recorded"
          )}
        </Fact>
        <Fact label="Platform">{spec.platform}</Fact>
        <Fact label="Operating system">
          <a href={pageAddress({ view: "specs", os: spec.operatingSystem.name })}>{spec.operatingSystem.name}</a>
        </Fact>
        <Fact label="Target">
          <a href={pageAddress({ view: "target", name: spec.target.name })}>{spec.target.name}</a>
        </Fact>
        <Fact label="Namespace">{spec.namespace ?? "not recorded"}</Fact>
        <Fact label="Binary">
          {spec.external ? "external: of the host" : spec.inBuildCache ? "in the build cache" : "none"}
          {spec.size != null && `, ${bytes(spec.size)}`}
        </Fact>
        <Fact label="Stacks">
          {stacks.length === 0 && "none"}
          <span class="names">
            {stacks.map((name) => (
              <a key={name} href={pageAddress({ view: "stack", name })}>
                {name}
              </a>
            ))}
          </span>
        </Fact>
        {spec.tarball && (
          <Fact label="Tarball">
            <code>{spec.tarball}</code>
          </Fact>
        )}
      </dl>
      <p class="variants">
        {spec.variants.map(({ text }) => (
          <code key={text} class={variantClass(text)}>
            {text}
          </code>
        ))}
      </p>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
