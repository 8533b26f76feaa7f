import { type Choice, type Deptype, type Graph, type GraphNode, strongest } from "./graph.ts";
import type { Box, Layout, Point } from "./layout.ts";
import { type Drawing, escaped, FONT, labelWidth, rounded } from "./svg.ts";

/** Told apart by colour and by dashes. The colours are at least 4.5:1 on white. */
export const EDGE_STYLES: Readonly<Record<Deptype, { color: string; dash: string; says: string }>> = {
  LINK: { color: "#1864ab", dash: "", says: "link" },
  RUN: { color: "#2b6a30", dash: "9 4", says: "run" },
  BUILD: { color: "#6b5500", dash: "2 3", says: "build" },
  TEST: { color: "#862e9c", dash: "9 3 2 3", says: "test" },
};

const CORNER = 6;
const HASH_SHOWN = 7; // as `spack find -l` shows it

/** Draws a graph that has been laid out. `href` gives a node's address, or nothing. */
export function graphDrawing(
  graph: Graph,
  layout: Layout,
  choice: Choice,
  href: (node: GraphNode) => string | undefined = () => undefined,
): Drawing {
  const types = new Set(graph.edges.map((edge) => strongest(edge, choice.deptypes)));
  const edges = graph.edges.map((edge, index) => {
    const type = strongest(edge, choice.deptypes);
    const { color, dash } = EDGE_STYLES[type];
    const says = edge.deptypes.map((each) => each.toLowerCase()).join(", ");
    const virtuals = edge.virtuals?.length ? ` (${edge.virtuals.join(", ")})` : "";
    const from = graph.nodes[edge.from]!.label;
    const to = graph.nodes[edge.to]!.label;
    return (
      `<path class="picture-edge picture-${type.toLowerCase()}" data-from="${edge.from}" data-to="${edge.to}" ` +
      `d="${curve(layout.ways[index]!)}" fill="none" stroke="${color}" stroke-width="1.5"` +
      `${dash && ` stroke-dasharray="${dash}"`} marker-end="url(#picture-arrow-${type.toLowerCase()})">` +
      `<title>${escaped(`${from} → ${to}: ${says}${virtuals}`)}</title></path>`
    );
  });
  const nodes = graph.nodes.map((node, index) => nodeDrawing(node, layout.boxes[index]!, index, href(node)));
  return {
    content: `<defs>${[...types].map(arrow).join("")}</defs><g>${edges.join("")}</g><g ${FONT}>${nodes.join("")}</g>`,
    width: layout.width,
    height: layout.height,
    title: `Dependency graph of ${graph.nodes[0]?.label ?? "nothing"}: ${counted(graph)}`,
  };
}

/** "12 specs, 31 edges". */
export function counted(graph: Graph): string {
  const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return `${many(graph.nodes.length, "spec")}, ${many(graph.edges.length, "edge")}`;
}

/** The same drawing with a legend under it, for a file. */
export function withLegend(drawing: Drawing, types: readonly Deptype[]): Drawing {
  const y = drawing.height + 16;
  let x = 16;
  const entries = types.map((type) => {
    const { color, dash, says } = EDGE_STYLES[type];
    const line = `<path d="M${x} ${rounded(y)}h32" stroke="${color}" stroke-width="1.5"${dash && ` stroke-dasharray="${dash}"`}/>`;
    const text = `<text x="${x + 40}" y="${rounded(y + 4)}">${says}</text>`;
    x += 64 + Math.ceil(labelWidth(says));
    return line + text;
  });
  return {
    ...drawing,
    content: `${drawing.content}<g ${FONT} fill="#212529">${entries.join("")}</g>`,
    width: Math.max(drawing.width, x),
    height: drawing.height + 32,
  };
}

function nodeDrawing(node: GraphNode, box: Box, index: number, href: string | undefined): string {
  const left = rounded(box.x - box.width / 2);
  const top = rounded(box.y - box.height / 2);
  const hash = node.hash ? `/${node.hash.slice(0, HASH_SHOWN)}` : "";
  const name = `${node.label}${hash && ` ${hash}`}`;
  const inside =
    `<title>${escaped(name)}</title>` +
    `<rect x="${left}" y="${top}" width="${rounded(box.width)}" height="${box.height}" rx="${CORNER}" ` +
    `fill="${index === 0 ? "#d0ebff" : "#f8f9fa"}" stroke="#495057"${index === 0 ? ' stroke-width="2"' : ""}/>` +
    `<text x="${rounded(box.x)}" y="${rounded(hash ? box.y - 3 : box.y + 4)}" text-anchor="middle" fill="#212529">` +
    `${escaped(node.label)}</text>` +
    (hash &&
      `<text class="picture-hash" x="${rounded(box.x)}" y="${rounded(box.y + 12)}" text-anchor="middle" ` +
        `font-size="10" fill="#495057">${escaped(hash)}</text>`);
  const group = `class="picture-node${index === 0 ? " picture-root" : ""}" data-node="${index}"`;
  // A link can be reached by keyboard; without one the node is only looked at.
  return href === undefined
    ? `<g ${group}>${inside}</g>`
    : `<a ${group} href="${escaped(href)}" aria-label="${escaped(name)}">${inside}</a>`;
}

function arrow(type: Deptype): string {
  return (
    `<marker id="picture-arrow-${type.toLowerCase()}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" ` +
    `markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="picture-arrow picture-${type.toLowerCase()}" ` +
    `d="M0 0 8 4 0 8z" fill="${EDGE_STYLES[type].color}"/></marker>`
  );
}

/** A smooth way through the points: quadratic curves that meet halfway between them. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${rounded(x)} ${rounded(y)}`;
  const [first, ...rest] = points;
  if (first === undefined || rest.length === 0) return "";
  let path = `M${at(first)}`;
  rest.slice(0, -1).forEach((point, index) => {
    const next = rest[index + 1]!;
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${at(point)} ${at(end)}`;
  });
  return rest.length === 1 ? `${path}L${at(rest[0]!)}` : path;
}
