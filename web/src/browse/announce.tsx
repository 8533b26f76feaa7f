/** What a screen reader is told of what changed without the focus moving. */

import { useEffect, useState } from "preact/hooks";

let tell: (text: string) => void = () => {};

/** Say it once the page is at rest; the newest text replaces the one before. */
export function announce(text: string): void {
  tell(text);
}

export function useAnnouncement(text: string | undefined): void {
  useEffect(() => {
    if (text) announce(text);
  }, [text]);
}

export function Announcements() {
  const [text, setText] = useState("");
  useEffect(() => {
    tell = setText;
  }, []);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
