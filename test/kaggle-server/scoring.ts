import { parse } from "csv-parse/sync";

/** The truth: the labels of each sample, and which part of the leaderboard it belongs to. */
export interface Solution {
  readonly labels: ReadonlyMap<string, ReadonlySet<number>>;
  readonly isPublic: (id: string) => boolean;
  readonly numClasses: number;
}

/** Reads `Id,Predicted[,Usage]`, labels separated by spaces. Without `Usage` all samples are public. */
export function parseSolution(csv: string, numClasses?: number): Solution {
  const rows = parseRows(csv);
  const labels = new Map(rows.map((row) => [row.id, parseLabels(row.predicted)]));
  const privateIds = new Set(rows.filter((row) => row.usage === "Private").map((row) => row.id));
  const largest = Math.max(-1, ...[...labels.values()].flatMap((set) => [...set]));
  return { labels, isPublic: (id) => !privateIds.has(id), numClasses: numClasses ?? largest + 1 };
}

export type Score =
  | { readonly type: "scored"; readonly publicScore: number; readonly privateScore: number | undefined }
  | { readonly type: "rejected"; readonly reason: string };

/** Scores a submission as the competition does: the mean over all classes of F1, a class without any label or prediction counting 0. */
export function scoreSubmission(csv: string, solution: Solution): Score {
  let rows: readonly Row[];
  try {
    rows = parseRows(csv);
  } catch (error) {
    return { type: "rejected", reason: error instanceof Error ? error.message : String(error) };
  }
  const predicted = new Map(rows.map((row) => [row.id, parseLabels(row.predicted)]));
  if (rows.length !== solution.labels.size || predicted.size !== rows.length) {
    return { type: "rejected", reason: `Submission must have ${solution.labels.size} rows, one for each Id` };
  }
  const unknown = rows.find((row) => !solution.labels.has(row.id));
  if (unknown !== undefined) return { type: "rejected", reason: `Submission has an unknown Id: ${unknown.id}` };
  const ids = [...solution.labels.keys()];
  const privateIds = ids.filter((id) => !solution.isPublic(id));
  return {
    type: "scored",
    publicScore: computeMacroF1(ids.filter(solution.isPublic), predicted, solution),
    privateScore: privateIds.length === 0 ? undefined : computeMacroF1(privateIds, predicted, solution),
  };
}

function computeMacroF1(
  ids: readonly string[],
  predicted: ReadonlyMap<string, ReadonlySet<number>>,
  solution: Solution,
): number {
  let sum = 0;
  for (let label = 0; label < solution.numClasses; label++) {
    let [hits, numPredicted, numTrue] = [0, 0, 0];
    for (const id of ids) {
      const isPredicted = predicted.get(id)?.has(label) ?? false;
      const isTrue = solution.labels.get(id)?.has(label) ?? false;
      if (isPredicted) numPredicted++;
      if (isTrue) numTrue++;
      if (isPredicted && isTrue) hits++;
    }
    if (hits > 0) sum += (2 * hits) / (numPredicted + numTrue);
  }
  return sum / solution.numClasses;
}

interface Row {
  readonly id: string;
  readonly predicted: string;
  readonly usage: string | undefined;
}

function parseRows(csv: string): readonly Row[] {
  const records = parse(csv, { columns: true, skip_empty_lines: true, bom: true }) as Record<string, string>[];
  return records.map((record) => {
    const { Id: id, Predicted: predicted, Usage: usage } = record;
    if (id === undefined || predicted === undefined) throw new Error("Submission must have the columns Id,Predicted");
    return { id, predicted, usage };
  });
}

function parseLabels(text: string): ReadonlySet<number> {
  return new Set(
    text
      .split(/\s+/)
      .filter((label) => label !== "")
      .map(Number),
  );
}
