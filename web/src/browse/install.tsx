/** The command that installs exactly one spec, in a dialog to copy it from. */

import { useEffect, useRef, useState } from "preact/hooks";

import { CopyButton } from "./copy.tsx";

export interface Installable {
  readonly hash: string;
  readonly installCommand: string;
  readonly text?: string;
  readonly version: string;
  readonly package: { readonly name: string };
}

export function InstallButton({ spec, label = "Install" }: { spec: Installable; label?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="small"
        aria-label={`Install ${spec.package.name}@${spec.version} ${spec.hash}`}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {label}
      </button>
      {open && <InstallDialog spec={spec} onClose={() => setOpen(false)} />}
    </>
  );
}

function InstallDialog({ spec, onClose }: { spec: Installable; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const title = `${spec.package.name}@${spec.version}`;
  return (
    <dialog
      ref={dialog}
      aria-label={`Install ${title}`}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="dialog">
        <h2>Install {title}</h2>
        <p>This installs exactly this build, from a build cache that is one of your mirrors:</p>
        <Command text={spec.installCommand} what="install command" />
        {spec.text && (
          <>
            <p>The spec in Spack’s syntax, for an environment or another concretization:</p>
            <Command text={spec.text} what="spec" />
          </>
        )}
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </div>
    </dialog>
  );
}

export function Command({ text, what }: { text: string; what: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
