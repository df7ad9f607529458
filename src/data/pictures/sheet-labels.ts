import type { CaptionLine, LabelMark, Sheet, SheetLayout, Tile } from "./sheet.ts";

/** Okabe and Ito's, which people with any colour vision can tell apart. */
const colours = { hit: "#009e73", extra: "#d55e00", missed: "#b8860b", right: "#009e73", wrong: "#d55e00" } as const;

const meanings: Readonly<Record<LabelMark, string>> = {
  hit: "predicted and true",
  extra: "predicted only",
  missed: "true only",
};

const frameWidth = 3;
/** Room of a mark before its text. */
const markWidth = 14;

/** All that a sheet says in letters and lines, as an SVG of its size. */
export function labelSheet(sheet: Sheet, layout: SheetLayout): string {
  const { width, height } = layout;
  const parts = [
    `<text x="12" y="24" font-size="15" font-weight="600">${escapeXml(sheet.title)}</text>`,
    `<text x="12" y="43" font-size="12" fill="#555">${escapeXml(sheet.subtitle)}</text>`,
    ...(sheet.hasLegend ? drawLegend(width) : []),
    ...sheet.tiles.flatMap((tile, index) => (tile ? drawTile(tile, index, { sheet, layout }) : [])),
  ];
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif">${parts.join("")}</svg>`;
}

function drawLegend(width: number): string[] {
  const marks = Object.entries(meanings) as [LabelMark, string][];
  const step = 140;
  return marks.map(([mark, meaning], index) =>
    drawLine({ text: meaning, mark }, { x: width - (marks.length - index) * step, y: 24 }),
  );
}

function drawTile(
  { verdict, caption }: Tile,
  index: number,
  { sheet, layout }: { sheet: Sheet; layout: SheetLayout },
): string[] {
  const { tileSize, captionLines } = sheet;
  const { left, top } = layout.corner(index);
  const side = tileSize + frameWidth;
  const corner = `x="${left - frameWidth / 2}" y="${top - frameWidth / 2}" width="${side}" height="${side}"`;
  const frame = verdict && `<rect ${corner} fill="none" stroke="${colours[verdict]}" stroke-width="${frameWidth}"/>`;
  const lines = caption.slice(0, captionLines).map((line, row) => {
    const isHead = row === 0 && verdict !== undefined;
    const y = top + tileSize + (row + 1) * layout.lineHeight;
    return drawLine(line, { x: left, y, ...(isHead && { fill: colours[verdict] }) });
  });
  return [...(frame ? [frame] : []), ...lines];
}

function drawLine({ text, mark }: CaptionLine, { x, y, fill }: { x: number; y: number; fill?: string }): string {
  const colour = fill ?? (mark ? colours[mark] : "#222");
  const letters = `<text x="${mark ? x + markWidth : x}" y="${y}" font-size="11" fill="${colour}">${escapeXml(text)}</text>`;
  return mark ? drawMark(mark, x, y) + letters : letters;
}

/** A disc, a cross, a ring: forms that no font needs to have. */
function drawMark(mark: LabelMark, x: number, y: number): string {
  const [centreX, centreY] = [x + 5, y - 4];
  if (mark === "hit") return `<circle cx="${centreX}" cy="${centreY}" r="4" fill="${colours.hit}"/>`;
  if (mark === "missed") {
    return `<circle cx="${centreX}" cy="${centreY}" r="3.2" fill="none" stroke="${colours.missed}" stroke-width="1.6"/>`;
  }
  const cross = `M${x + 1.5} ${y - 7.5}l7 7m0 -7l-7 7`;
  return `<path d="${cross}" fill="none" stroke="${colours.extra}" stroke-width="1.8"/>`;
}

/** Characters that XML has no place for are left out: a sample may have any name. */
function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  return text.replaceAll(/\p{Cc}|\p{Cs}/gu, "").replaceAll(/[&<>]/g, (character) => names[character] as string);
}
