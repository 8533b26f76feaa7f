/** SVG as text: the same in a page and in a file, and without a browser in tests. */

const FONT_SIZE = 12;
const CHARACTER_WIDTH = 7.3; // of a monospaced font of that size, with some air
export const FONT = `font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}"`;

export function labelWidth(label: string): number {
  return label.length * CHARACTER_WIDTH;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One decimal is a tenth of a pixel, and makes files a third smaller. */
export function rounded(number: number): string {
  return String(Math.round(number * 10) / 10);
}

export interface Drawing {
  /** What is inside the svg element. */
  readonly content: string;
  readonly width: number;
  readonly height: number;
  /** What it shows, in a sentence. */
  readonly title: string;
}

/** A file of its own: white ground, and colours as attributes, which a page's style sheet overrules. */
export function svgFile(drawing: Drawing): string {
  const size = `${rounded(drawing.width)} ${rounded(drawing.height)}`;
  const [width, height] = size.split(" ");
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${size}" role="img">` +
    `<title>${escaped(drawing.title)}</title><rect width="100%" height="100%" fill="#fff"/>${drawing.content}</svg>\n`
  );
}
