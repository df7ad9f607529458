import { classLabel } from "../../data/class-label.ts";
import type { CaptionLine, LabelMark } from "../../data/pictures/sheet.ts";
import { shorten } from "../../util/shorten.ts";

/** A sample with what is true of it and what a model says. */
export interface PredictedSample {
  readonly id: string;
  /** By class: 1 where the sample has the label. */
  readonly labels: Uint8Array;
  /** By class. */
  readonly probabilities: Float32Array;
}

export interface CaptionOptions {
  readonly classNames: readonly string[] | null;
  /** Probability from which a label counts as predicted. */
  readonly threshold: number;
  readonly maxLines: number;
  /** Stands in the first line, before the sample's name. */
  readonly note?: string;
}

export interface LabelCaption {
  readonly verdict: "right" | "wrong";
  readonly lines: readonly CaptionLine[];
}

/** What a tile of 192 pixels has room for in most fonts. */
const maxCharacters = 33;

/**
 * Says whether all is right and names the sample, then every label that is true or predicted, with its probability: those that are both first, then what was
 * missed, then what was made up. So many classes as there may be, only those that matter take room.
 */
export function captionSample(sample: PredictedSample, options: CaptionOptions): LabelCaption {
  const { classNames, threshold, maxLines, note } = options;
  const marked = [...sample.probabilities].flatMap((probability, label) => {
    const mark = markOf(sample.labels[label] === 1, probability >= threshold);
    return mark ? [{ label, probability, mark }] : [];
  });
  const order: readonly LabelMark[] = ["hit", "missed", "extra"];
  marked.sort((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark) || b.probability - a.probability);
  const lines = marked.map(({ label, probability, mark }) => ({
    mark,
    text: shorten(`${probability.toFixed(2)}  ${classLabel(label, classNames)}`, maxCharacters),
  }));
  const verdict = marked.every(({ mark }) => mark === "hit") ? "right" : "wrong";
  const head = { text: shorten([verdict, ...(note === undefined ? [] : [note]), sample.id].join("  "), maxCharacters) };
  if (lines.length < maxLines) return { verdict, lines: [head, ...lines] };
  const shown = lines.slice(0, maxLines - 2);
  return { verdict, lines: [head, ...shown, { text: `and ${lines.length - shown.length} more` }] };
}

function markOf(isTrue: boolean, isPredicted: boolean): LabelMark | undefined {
  if (isTrue) return isPredicted ? "hit" : "missed";
  return isPredicted ? "extra" : undefined;
}
