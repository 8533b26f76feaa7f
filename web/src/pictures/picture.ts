import "./pictures.css";

import { chosen, type Choice, type Deptype, type Graph, type GraphNode, tooLarge, typesOf } from "./graph.ts";
import { counted, EDGE_STYLES, graphDrawing, withLegend } from "./graph-svg.ts";
import { type Coverage, heatMapDrawing, tooManyCells } from "./heat-map.ts";
import { type Drawing, svgFile } from "./svg.ts";
import { view } from "./view.ts";

/** A picture with its tools. Append `element`; call `dispose` when it is taken away. */
export interface Picture {
  readonly element: HTMLElement;
  dispose(): void;
}

const MANY_EDGES_PER_NODE = 1.5; // from here on implied edges hide more than they show
const ZOOM_STEP = 1.3;
const AFTER_A_CLICK_MS = 10_000;

/** A dependency graph, layered, root on top. `href` gives a node's address: a click opens it. */
export function graphPicture(
  graph: Graph,
  { name, href }: { name: string; href?: (node: GraphNode) => string | undefined },
): Picture {
  const types = typesOf(graph);
  let choice: Choice = { deptypes: new Set(types), implied: graph.edges.length <= MANY_EDGES_PER_NODE * graph.nodes.length };
  let drawing: Drawing | null = null;
  let abort = new AbortController();
  const { element, tools, note, window } = framed(() => drawing && withLegend(drawing, types), name);

  async function draw(): Promise<void> {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const part = chosen(graph, choice);
    drawing = null;
    const refusal = tooLarge(part);
    if (refusal !== null) {
      window.clear();
      note.textContent = refusal;
      return;
    }
    note.textContent = `Drawing ${counted(part)} …`;
    try {
      const { laidOutInWorker } = await import("./in-worker.ts"); // lazily: most results have no picture
      const layout = await laidOutInWorker(part, signal);
      drawing = graphDrawing(part, layout, choice, href);
      window.show(drawing);
      note.textContent = `${counted(part)}${partOf(graph, part)}`;
    } catch (error) {
      if (!signal.aborted) note.textContent = `Not drawn: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  const choose = (next: Choice) => {
    choice = next;
    void draw();
  };
  const legend = types.map((type) =>
    checkbox(EDGE_STYLES[type].says, true, lineSample(type), (checked) => {
      const deptypes = new Set(choice.deptypes);
      if (checked) deptypes.add(type);
      else deptypes.delete(type);
      choose({ ...choice, deptypes });
    }),
  );
  const implied = checkbox("implied edges", choice.implied, null, (checked) => choose({ ...choice, implied: checked }));
  implied.title = "Edges between specs that a longer way joins anyway";
  tools.prepend(...legend, implied);
  void draw();
  return {
    element,
    dispose() {
      abort.abort();
      window.dispose();
    },
  };
}

/** A matrix of counts; cells without any are hatched. `href` gives the address behind a cell. */
export function heatMapPicture(
  coverage: Coverage,
  { name, href }: { name: string; href?: (row: string, column: string) => string | undefined },
): Picture {
  const refusal = tooManyCells(coverage);
  const drawing = refusal === null ? heatMapDrawing(coverage, href) : null;
  const { element, note, window } = framed(() => drawing, name);
  note.textContent = refusal ?? drawing!.title;
  if (drawing) window.show(drawing);
  return { element, dispose: () => window.dispose() };
}

function partOf(graph: Graph, part: Graph): string {
  const whole = part.nodes.length === graph.nodes.length && part.edges.length === graph.edges.length;
  const cut = graph.truncated ? "; the server's bound left specs out" : "";
  return whole ? cut : ` of ${counted(graph)}${cut}`;
}

/** The frame of every picture: tools, a line that says what is seen, the window. */
function framed(drawing: () => Drawing | null, name: string) {
  const window = view();
  const element = document.createElement("figure");
  element.className = "picture";
  const tools = document.createElement("div");
  tools.className = "picture-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Picture");
  tools.append(
    button("−", "Zoom out", () => window.zoom(1 / ZOOM_STEP)),
    button("+", "Zoom in", () => window.zoom(ZOOM_STEP)),
    button("Show all", "Show all of it", () => window.fit()),
    button("Save SVG", "Save the picture as an SVG file", () => {
      const current = drawing();
      if (current) save(current, name);
    }),
  );
  const note = document.createElement("figcaption");
  note.className = "picture-note";
  note.setAttribute("role", "status");
  element.append(tools, note, window.element);
  return { element, tools, note, window };
}

function save(drawing: Drawing, name: string): void {
  // Addresses are of this page: in a file they lead nowhere.
  const text = svgFile({ ...drawing, content: drawing.content.replace(/ href="[^"]*"/g, "") });
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replace(/[^\w.@+-]+/g, "-")}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), AFTER_A_CLICK_MS);
}

function button(text: string, label: string, action: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.title = label;
  if (!/\w/.test(text)) element.setAttribute("aria-label", label); // "+" says nothing to a screen reader
  element.addEventListener("click", action);
  return element;
}

function checkbox(
  text: string,
  checked: boolean,
  sample: Element | null,
  change: (checked: boolean) => void,
): HTMLLabelElement {
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "checkbox";
  input.checked = checked;
  input.addEventListener("change", () => change(input.checked));
  label.append(input, ...(sample ? [sample] : []), text);
  return label;
}

/** A piece of line as the edges of that type are drawn. */
function lineSample(type: Deptype): SVGSVGElement {
  const { color, dash } = EDGE_STYLES[type];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ width: "28", height: "10", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const attributes = { d: "M0 5h28", stroke: color, "stroke-width": "2", "stroke-dasharray": dash || "none" };
  for (const [key, value] of Object.entries(attributes)) line.setAttribute(key, value);
  line.setAttribute("class", `picture-edge picture-${type.toLowerCase()}`);
  svg.append(line);
  return svg;
}
