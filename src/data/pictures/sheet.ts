/** Small pictures in rows under a title, each with lines of text below it. */
export interface Sheet {
  readonly title: string;
  readonly subtitle: string;
  readonly columns: number;
  /** Width and height of each picture, in pixels. */
  readonly tileSize: number;
  /** Lines of text for which there is room below each picture. */
  readonly captionLines: number;
  /** Says what the marks mean. */
  readonly hasLegend?: boolean;
  /** Row by row; `undefined` leaves a place empty. */
  readonly tiles: readonly (Tile | undefined)[];
}

export interface Tile {
  /** `[size, size, 3]`, red, green, blue. */
  readonly pixels: Uint8Array;
  /** Width and height of `pixels`. */
  readonly size: number;
  /** The colour of the picture's frame; without one there is none. */
  readonly verdict?: "right" | "wrong";
  readonly caption: readonly CaptionLine[];
}

export interface CaptionLine {
  readonly text: string;
  /** Drawn before the text, each in a colour and form of its own: a label that is predicted and true, only predicted, only true. */
  readonly mark?: LabelMark;
}

export type LabelMark = "hit" | "extra" | "missed";

/** Where things are on a sheet, in pixels. */
export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  readonly lineHeight: number;
  /** Left upper corner of the tile at an index. */
  corner(index: number): { readonly left: number; readonly top: number };
}

const gap = 12;
const headHeight = 58;
const lineHeight = 15;

export function layOut({ columns, tileSize, captionLines, tiles }: Sheet): SheetLayout {
  const rowHeight = tileSize + captionLines * lineHeight + gap;
  return {
    width: gap + columns * (tileSize + gap),
    height: headHeight + Math.ceil(tiles.length / columns) * rowHeight,
    lineHeight,
    corner: (index) => ({
      left: gap + (index % columns) * (tileSize + gap),
      top: headHeight + Math.floor(index / columns) * rowHeight,
    }),
  };
}
