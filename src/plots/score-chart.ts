import { axisOf } from "./axis.ts";
import type { PlotSpec } from "./draw-plot.ts";

export interface ScoreChart {
  readonly title: string;
  readonly subtitle?: string;
  /** In the order of time; undefined where there is no score, which leaves its place empty. */
  readonly scores: readonly (number | undefined)[];
  /** Which score is the better one. */
  readonly best: "highest" | "lowest";
}

const names = ["a submission", "best so far"] as const;

/** A dot for each submission, and a line in steps for the best up to then. */
export function scoreChart({ title, subtitle, scores, best }: ScoreChart): PlotSpec {
  const submissions = scores.flatMap((score, index) => (score === undefined ? [] : [{ number: index + 1, score }]));
  const pick = best === "highest" ? Math.max : Math.min;
  const course = submissions.map(({ number }, index) => {
    return { number, score: pick(...submissions.slice(0, index + 1).map(({ score }) => score)) };
  });
  // The best stays what it is, up to the last submission.
  const last = course.at(-1);
  if (last !== undefined && last.number < scores.length) course.push({ ...last, number: scores.length });
  const domain = [0.5, scores.length + 0.5] as const;
  const places = {
    x: { field: "number", type: "quantitative" as const, ...axisOf({ title: "submission", isWhole: true, domain }) },
    y: { field: "score", type: "quantitative" as const, ...axisOf({ title: "public score" }) },
  };
  const colourOf = (name: (typeof names)[number]) => ({
    color: { datum: name, type: "nominal" as const, scale: { domain: [...names] }, legend: { title: null } },
  });
  return {
    title: { text: title, ...(subtitle !== undefined && { subtitle }) },
    width: 560,
    height: 300,
    layer: [
      {
        data: { values: course },
        mark: { type: "line", interpolate: "step-after" },
        encoding: { ...places, ...colourOf(names[1]) },
      },
      {
        data: { values: submissions },
        mark: { type: "point", filled: true, size: 40, opacity: 1 },
        encoding: { ...places, ...colourOf(names[0]) },
      },
    ],
  };
}
