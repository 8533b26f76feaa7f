/** @jsxImportSource react */
import { useGraphiQL } from "@graphiql/react";
import { useEffect, useMemo, useRef, useState } from "react";

import { type Found, found } from "../pictures/find.ts";
import type { GraphNode } from "../pictures/graph.ts";
import { graphPicture, heatMapPicture } from "../pictures/picture.ts";

/** Beyond it an answer is not looked through: it is read by no one, and parsing it would hold the page up. */
const LARGEST_ANSWER_CHARACTERS = 20_000_000;

/** Below the answer: what of it can be drawn, and the picture. */
export function PicturesPanel() {
  const answer = useAnswer();
  const pictures = useMemo(() => picturesIn(answer), [answer]);
  const [wanted, setWanted] = useState(0);
  const [shown, setShown] = useState(true);
  const [large, setLarge] = useState(false);
  useEffect(() => setWanted(0), [pictures]);
  useEffect(() => {
    if (pictures.length === 0) setLarge(false);
  }, [pictures]);
  useEffect(() => {
    if (!large) return;
    const shrink = (event: KeyboardEvent) => event.key === "Escape" && setLarge(false);
    window.addEventListener("keydown", shrink);
    return () => window.removeEventListener("keydown", shrink);
  }, [large]);

  const picture = pictures[wanted];
  if (!picture) return null;
  const classes = ["pictures", shown && "pictures-shown", large && "pictures-large"].filter(Boolean).join(" ");
  return (
    <section className={classes} aria-label="Pictures">
      <div className="pictures-bar">
        {pictures.length === 1 ? (
          <strong>{titleOf(picture)}</strong>
        ) : (
          <select aria-label="Picture" value={wanted} onChange={(event) => setWanted(Number(event.target.value))}>
            {pictures.map((each, index) => (
              <option key={each.place} value={index}>
                {titleOf(each)} ({each.place.replace(/^data\./, "")})
              </option>
            ))}
          </select>
        )}
        <span className="pictures-gap" />
        {shown && (
          <button type="button" aria-pressed={large} onClick={() => setLarge(!large)}>
            {large ? "Smaller" : "Larger"}
          </button>
        )}
        <button type="button" aria-expanded={shown} onClick={() => (setShown(!shown), setLarge(false))}>
          {shown ? "Hide picture" : "Show picture"}
        </button>
      </div>
      {shown && <PictureOf key={`${picture.place} ${answer.length}`} picture={picture} />}
    </section>
  );
}

function PictureOf({ picture }: { picture: Found }) {
  const place = useRef<HTMLDivElement>(null);
  const variables = useGraphiQL((state) => state.variableEditor);
  useEffect(() => {
    const snapshot = snapshotIn(variables?.getValue());
    const drawn =
      picture.kind === "graph"
        ? graphPicture(picture.graph, {
            name: `dependencies-of-${picture.graph.nodes[0]!.label}`,
            href: (node) => addressOfSpec(node, snapshot),
          })
        : heatMapPicture(picture.coverage, { name: "coverage" });
    drawn.element.addEventListener("click", openBeside);
    place.current!.append(drawn.element);
    return () => {
      drawn.dispose();
      drawn.element.remove();
    };
  }, [picture, variables]);
  return <div className="pictures-picture" ref={place} />;
}

/** The text of the answer of the tab that is seen. */
function useAnswer(): string {
  const editor = useGraphiQL((state) => state.responseEditor);
  const [text, setText] = useState("");
  useEffect(() => {
    if (!editor) return;
    const read = () => setText(editor.getValue());
    read();
    const listener = editor.onDidChangeModelContent(read);
    return () => listener.dispose();
  }, [editor]);
  return text;
}

function picturesIn(answer: string): readonly Found[] {
  const maybe = answer.includes('"counts"') || answer.includes('"from"');
  if (!maybe || answer.length > LARGEST_ANSWER_CHARACTERS) return [];
  try {
    return found(JSON.parse(answer));
  } catch {
    return []; // half an answer, or the text of a failure
  }
}

function titleOf(picture: Found): string {
  if (picture.kind === "graph") return `Dependency graph of ${picture.graph.nodes[0]!.label}`;
  return `Coverage, ${picture.coverage.rows.length} × ${picture.coverage.columns.length}`;
}

/** The browse page shows the spec, in the snapshot of the variables if they name one. */
function addressOfSpec(node: GraphNode, snapshot: string | null): string | undefined {
  if (!node.hash) return undefined;
  const parameters = new URLSearchParams({ view: "spec", hash: node.hash, ...(snapshot ? { snapshot } : {}) });
  return `./?${parameters}`;
}

/** Links of a picture open beside GraphiQL, which would lose its answer otherwise. */
function openBeside(event: MouseEvent): void {
  const link = event.target instanceof Element && event.target.closest<SVGAElement>("a[href]");
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  window.open(new URL(link.href.baseVal, document.baseURI), "_blank", "noopener");
}

function snapshotIn(variables: string | undefined): string | null {
  try {
    const { snapshot } = JSON.parse(variables || "{}") as { snapshot?: unknown };
    return typeof snapshot === "string" ? snapshot : null;
  } catch {
    return null;
  }
}
