import type { Graph } from "./graph.ts";
import type { Layout } from "./layout.ts";
import LayoutWorker from "./layout.worker.ts?worker";

/** Lays a graph out off the main thread; `signal` ends the work. */
export function laidOutInWorker(graph: Graph, signal: AbortSignal): Promise<Layout> {
  return new Promise((resolve, reject) => {
    const worker = new LayoutWorker();
    const end = () => worker.terminate();
    signal.addEventListener("abort", () => {
      end();
      reject(new DOMException("another drawing was asked for", "AbortError"));
    });
    worker.onmessage = (message: MessageEvent<Layout>) => {
      end();
      resolve(message.data);
    };
    worker.onerror = (event) => {
      end();
      reject(new Error(event.message || "the layout failed"));
    };
    worker.postMessage(graph);
  });
}
