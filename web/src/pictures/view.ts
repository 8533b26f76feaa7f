import { type Drawing, svgFile } from "./svg.ts";

const ZOOM_STEP = 1.3;
const PAN_STEP = 60; // pixels of an arrow key
const LARGEST_SCALE = 4;
const SMALLEST_SCALE = 0.02;
const LEGIBLE_SCALE = 0.6; // below it a label's letters are under 7 pixels high

export interface View {
  readonly element: HTMLElement;
  show(drawing: Drawing): void;
  clear(): void;
  fit(): void;
  zoom(factor: number): void;
  dispose(): void;
}

/**
 * A window on a drawing: drag, wheel or pinch; with the keyboard arrows, + and -, and 0 for all of it.
 * The wheel zooms while Ctrl is held, or once the view has the focus, so that a page can be scrolled past it.
 */
export function view(): View {
  const element = document.createElement("div");
  element.className = "picture-view";
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  let drawing: Drawing | null = null;
  let svg: SVGSVGElement | null = null;
  let at = { x: 0, y: 0, scale: 1 };
  let atStart = true; // nobody has moved yet: keep it so when the window changes

  const size = () => ({ width: element.clientWidth || 1, height: element.clientHeight || 1 });

  function move(next: { x: number; y: number; scale: number }): void {
    at = { ...next, scale: Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, next.scale)) };
    const { width, height } = size();
    svg?.setAttribute("viewBox", `${at.x} ${at.y} ${width / at.scale} ${height / at.scale}`);
  }

  function scaleOfAll(): number {
    const { width, height } = size();
    return drawing ? Math.min(width / drawing.width, height / drawing.height, 1.25) : 1;
  }

  function fit(): void {
    center(scaleOfAll());
  }

  /** The middle of the drawing, from its top where it is higher than the window. */
  function center(scale: number): void {
    if (!drawing) return;
    const { width, height } = size();
    const x = (drawing.width - width / scale) / 2;
    const y = Math.min(0, (drawing.height - height / scale) / 2);
    move({ x, y, scale });
  }

  function start(): void {
    if (!drawing) return;
    const scale = Math.max(scaleOfAll(), LEGIBLE_SCALE);
    center(scale);
    const root = svg?.querySelector<SVGRectElement>(".picture-root rect");
    const { width } = size();
    if (root && drawing.width * scale > width) {
      const middle = Number(root.getAttribute("x")) + Number(root.getAttribute("width")) / 2;
      move({ x: middle - width / scale / 2, y: 0, scale });
    } else if (drawing.width * scale > width) {
      move({ x: 0, y: 0, scale });
    }
  }

  function zoom(factor: number, around?: { x: number; y: number }): void {
    atStart = false;
    const { width, height } = size();
    const { x, y } = around ?? { x: width / 2, y: height / 2 };
    const scale = Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, at.scale * factor));
    move({ x: at.x + x / at.scale - x / scale, y: at.y + y / at.scale - y / scale, scale });
  }

  function pan(right: number, down: number): void {
    atStart = false;
    move({ ...at, x: at.x + right / at.scale, y: at.y + down / at.scale });
  }

  listenForPointers(element, zoom, pan);
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => pan(-PAN_STEP, 0),
      ArrowRight: () => pan(PAN_STEP, 0),
      ArrowUp: () => pan(0, -PAN_STEP),
      ArrowDown: () => pan(0, PAN_STEP),
      "+": () => zoom(ZOOM_STEP),
      "=": () => zoom(ZOOM_STEP),
      "-": () => zoom(1 / ZOOM_STEP),
      "0": fit,
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  showNeighbours(element);

  const observer = new ResizeObserver(() => (atStart ? start() : move(at)));
  observer.observe(element);

  return {
    element,
    show(next) {
      drawing = next;
      svg = parsed(next);
      element.replaceChildren(svg);
      element.setAttribute("aria-label", `${next.title}. Arrow keys move, + and − zoom, 0 shows all of it.`);
      atStart = true;
      start();
    },
    clear() {
      drawing = null;
      svg = null;
      element.replaceChildren();
    },
    fit() {
      atStart = false;
      fit();
    },
    zoom,
    dispose: () => observer.disconnect(),
  };
}

function parsed(drawing: Drawing): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const source = new DOMParser().parseFromString(svgFile(drawing), "image/svg+xml").documentElement;
  const [title, , ...rest] = [...source.childNodes]; // the second is the file's white ground
  svg.append(...[title!, ...rest].map((node) => document.importNode(node, true)));
  svg.setAttribute("width", "100%");
  svg.setAttribute("height", "100%");
  return svg;
}

function listenForPointers(
  element: HTMLElement,
  zoom: (factor: number, around: { x: number; y: number }) => void,
  pan: (right: number, down: number) => void,
): void {
  const DRAG_STARTS = 4; // pixels: a click shakes a little
  const held = new Map<number, { x: number; y: number }>();
  let moved = 0;
  const inside = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (held.size === 0) moved = 0;
    held.set(event.pointerId, inside(event));
  });
  element.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = inside(event);
    const others = [...held].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (moved < DRAG_STARTS) return;
    element.setPointerCapture(event.pointerId); // only now: a captured pointer's click does not reach a link
    held.set(event.pointerId, now);
    const other = others[0];
    if (other) {
      const distance = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      zoom(distance(now) / distance(before), other);
    } else {
      pan(before.x - now.x, before.y - now.y);
    }
  });
  const release = (event: PointerEvent) => held.delete(event.pointerId);
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("dragstart", (event) => event.preventDefault()); // of a link
  element.addEventListener(
    "click",
    (event) => {
      if (moved >= DRAG_STARTS) event.preventDefault(); // the end of a drag opens nothing
    },
    { capture: true },
  );
  element.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), inside(event));
    },
    { passive: false },
  );
}

/** Dims all but a node, its edges and their ends while the pointer or the focus is on it. */
function showNeighbours(element: HTMLElement): void {
  function mark(node: string | undefined): void {
    const svg = element.querySelector("svg");
    svg?.classList.toggle("picture-dimmed", node !== undefined);
    for (const near of element.querySelectorAll(".picture-near")) near.classList.remove("picture-near");
    if (node === undefined) return;
    const ends = new Set([node]);
    for (const edge of element.querySelectorAll<SVGPathElement>(".picture-edge")) {
      const { from, to } = edge.dataset;
      if (from !== node && to !== node) continue;
      edge.classList.add("picture-near");
      ends.add(from!).add(to!);
    }
    for (const each of element.querySelectorAll<SVGGElement>(".picture-node")) {
      if (ends.has(each.dataset["node"]!)) each.classList.add("picture-near");
    }
  }
  const nodeAt = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<SVGGElement>(".picture-node")?.dataset["node"] : undefined;
  for (const type of ["pointerover", "focusin"]) element.addEventListener(type, (event) => mark(nodeAt(event.target)));
  for (const type of ["pointerleave", "focusout"]) element.addEventListener(type, () => mark(undefined));
}
