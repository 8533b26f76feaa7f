/** Buttons that put a text on the clipboard and say so. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { announce } from "./announce.tsx";

const SHOWN_MS = 1500;

export function CopyButton({ text, what, children }: { text: string; what: string; children?: ComponentChildren }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    const copied = await toClipboard(text);
    announce(copied ? `Copied ${what}` : `Could not copy ${what}: ${text}`);
    setDone(copied);
    setTimeout(() => setDone(false), SHOWN_MS);
  };
  return (
    <button type="button" class="copy" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={() => void copy()}>
      {done ? "✓" : (children ?? <CopyIcon />)}
    </button>
  );
}

function CopyIcon() {
  return (
    <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
      <path
        d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z"
        fill="none"
        stroke="currentColor"
        stroke-width="1.3"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** Browsers give the clipboard to https pages and this machine's alone; elsewhere a selection is copied. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "hidden";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
