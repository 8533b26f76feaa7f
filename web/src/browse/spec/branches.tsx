/**
 * The tree, as the ARIA practices have it: one item has the focus; right opens, left closes or goes up, up and down
 * go to the item that is seen next, Enter goes to the spec.
 */

import { useEffect, useRef, useState } from "preact/hooks";

import { useLoaded } from "../api.ts";
import { Deptypes, HASH_SHOWN } from "../links.tsx";
import type { RelatedFragment } from "../queries.ts";
import { go, pageAddress } from "../route.ts";
import { Failure, Loading, Nothing } from "../states.tsx";
import { askRelated, relatedKey, type TreeProps } from "./tree.tsx";

type Edge = RelatedFragment["edges"][number];

export function Branches(props: TreeProps) {
  const tree = useRef<HTMLUListElement>(null);
  const { data, error, again } = useLoaded(relatedKey(props, false), () => askRelated(props, false));
  const edges = data?.spec?.related.edges;
  useEffect(() => {
    const items = itemsOf(tree.current);
    if (!items.some((item) => item.tabIndex === 0) && items[0]) items[0].tabIndex = 0;
  }, [edges]);
  if (error) return <Failure error={error} again={again} />;
  if (!edges) return <Loading what="the tree" />;
  if (edges.length === 0) return <Nothing>None that is recorded.</Nothing>;
  return (
    <ul
      ref={tree}
      class="tree"
      role="tree"
      aria-label={props.direction === "dependencies" ? "Dependency tree" : "Tree of dependents"}
      onKeyDown={(event) => onKey(event, tree.current)}
    >
      {edges.map((edge) => (
        <Branch key={edge.node.id} {...props} edge={edge} level={1} />
      ))}
    </ul>
  );
}

function Branch({ edge, level, ...props }: TreeProps & { edge: Edge; level: number }) {
  const [open, setOpen] = useState(false);
  const { node } = edge;
  const own = { ...props, hash: node.hash };
  const { data, error, again } = useLoaded(open ? relatedKey(own, false) : null, () => askRelated(own, false));
  const edges = data?.spec?.related.edges;
  const leaf = edges?.length === 0;
  const name = `${node.package.name}@${node.version}`;
  return (
    <li role="none">
      <div
        class="branch"
        role="treeitem"
        tabIndex={-1}
        aria-level={level}
        aria-expanded={leaf ? undefined : open}
        data-address={pageAddress({ view: "spec", hash: node.hash })}
        onClick={(event) => {
          if (!(event.target as Element).closest("a")) setOpen(!open);
        }}
      >
        <span class="twist" aria-hidden="true">
          {leaf ? "·" : open ? "▾" : "▸"}
        </span>
        <a href={pageAddress({ view: "spec", hash: node.hash })} tabIndex={-1}>
          {name} <code>/{node.hash.slice(0, HASH_SHOWN)}</code>
        </a>
        <Deptypes types={edge.deptypes} />
        {edge.virtuals.length > 0 && <span class="quiet">as {edge.virtuals.join(", ")}</span>}
        {node.external && <span class="tag">external</span>}
        {edges && edges.length > 0 && <span class="count">{edges.length}</span>}
      </div>
      {open && error && <Failure error={error} again={again} />}
      {open && !edges && !error && <Loading what="its own" />}
      {open && edges && edges.length > 0 && (
        <ul role="group">
          {edges.map((each) => (
            <Branch key={each.node.id} {...props} edge={each} level={level + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}

function itemsOf(tree: Element | null): HTMLElement[] {
  return [...(tree?.querySelectorAll<HTMLElement>("[role=treeitem]") ?? [])];
}

function onKey(event: KeyboardEvent, tree: HTMLElement | null): void {
  const items = itemsOf(tree);
  const item = (event.target as Element).closest<HTMLElement>("[role=treeitem]");
  const place = item ? items.indexOf(item) : -1;
  if (!item || place < 0) return;
  const next = nextItem(event.key, items, place);
  if (next) {
    for (const each of items) each.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  } else if (event.key === "Enter") {
    go(item.dataset["address"]!);
  } else if (event.key === "ArrowRight" || event.key === "ArrowLeft" || event.key === " ") {
    const open = item.getAttribute("aria-expanded") === "true";
    if (event.key === " " || (event.key === "ArrowRight") !== open) item.click();
  } else return;
  event.preventDefault();
}

/** The item that the key leads to; none where it opens or closes this one. */
function nextItem(key: string, items: readonly HTMLElement[], place: number): HTMLElement | undefined {
  const item = items[place]!;
  const open = item.getAttribute("aria-expanded") === "true";
  const level = Number(item.ariaLevel);
  if (key === "ArrowDown") return items[place + 1];
  if (key === "ArrowUp") return items[place - 1];
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (key === "ArrowRight" && open) return items[place + 1];
  if (key === "ArrowLeft" && !open) return items.slice(0, place).findLast((each) => Number(each.ariaLevel) < level);
  return undefined;
}
