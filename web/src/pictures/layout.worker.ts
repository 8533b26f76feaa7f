import type { Graph } from "./graph.ts";
import { laidOut } from "./layout.ts";

self.onmessage = (message: MessageEvent<Graph>) => self.postMessage(laidOut(message.data));
