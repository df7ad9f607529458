import { describe, expect, it } from "vitest";
import type { ContentDigest, RunId, StageId } from "../../../src/base/ids.ts";
import type { ReportedStage, RunReport } from "../../../src/base/run-report.ts";
import { renderRunPage } from "../../../src/report/run-page/run-page.ts";

const attack = `"><script>alert('x')</script><img src=x onerror="alert(1)">\u001b[31m\u0000`;
const start = Date.UTC(2026, 10, 24, 8, 30, 12);

const stage: ReportedStage = {
  stage: "train" as StageId,
  uses: "model/train",
  needs: [],
  cause: { type: "changed", changes: [{ path: "with.lr", before: 0.02, after: 0.01, line: 41 }] },
  outcome: { type: "executed", durationMs: 61_000 },
  fingerprint: "f".repeat(64),
  params: new Map([["lr", 0.01]]),
  metrics: [
    { name: "train/loss", last: 0.25, best: 0.2, range: [0.2, 0.9] },
    { name: "best/val_macro_f1", last: 0.7315, best: undefined, range: [0.7315, 0.7315] },
  ],
  datasets: [
    { type: "dataset", at: 0, name: "cells", digest: "d".repeat(64), context: "training", numSamples: 31_072 },
  ],
  outputs: {
    model: { kind: "model", path: "model", digest: "m" as ContentDigest, numFiles: 2, sizeBytes: 85_000_000 },
  },
  files: [
    { type: "picture", path: "plots/loss.svg", mediaType: "image/svg+xml", base64: "PHN2Zy8+" },
    { type: "named", path: "classes.csv", sizeBytes: 1200 },
    { type: "named", path: "gone.csv", sizeBytes: undefined },
  ],
  warnings: ["few samples"],
  logTail: "",
};

const report: RunReport = {
  run: "20261124-083012-cells-3f9a" as RunId,
  pipeline: "cells",
  experiment: "proteins",
  file: "pipelines/cells.yaml",
  status: "done",
  startedAt: start,
  durationMs: 131_000,
  git: { commit: "0123456789abcdef", branch: "main", dirty: true },
  request: { set: ["params.augment={degrees: 10}", "params.seed=7"], target: ["train"] },
  environment: new Map([
    ["pipe", "0.1.0"],
    ["node", "22.1.0"],
  ]),
  params: new Map<string, string | number>([
    ["seed", 7],
    ["augment.degrees", 10],
    ["competition", "cells"],
  ]),
  stages: [stage],
};

/** What a reader sees: the page without its head and markup. */
const textOf = (page: string): string =>
  page
    .slice(page.indexOf("<body>"))
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");

describe("renderRunPage", () => {
  it("says what ran, where, how long, and how it ended", () => {
    const text = textOf(renderRunPage(report));
    for (const words of [
      "run 20261124-083012-cells-3f9a status done",
      "2026-11-24 08:30:12 UTC , took 2 min 11 s",
      "0123456789abcdef on main, with changes that are not in it",
      "node 22.1.0",
      "train model/train ✓ done in 1 min 1 s 1 min 1 s with.lr changed 0.02 → 0.01 (pipelines/cells.yaml:41)",
      "warning few samples",
    ])
      expect(text).toContain(words);
  });

  it("shows results, metrics, parameters, data sets, outputs and files", () => {
    const text = textOf(renderRunPage(report));
    for (const words of [
      "0.7315 best/val_macro_f1 train",
      "train/loss 0.25 0.2 0.2 0.9",
      "seed 7 by --set augment.degrees 10 by --set competition cells",
      `cells training 31,072 ${"d".repeat(64)}`,
      "model model model 85.0 MB m",
      "file classes.csv (1.20 kB)",
      "file gone.csv (not there any more)",
    ])
      expect(text).toContain(words);
    expect(renderRunPage(report)).toContain(
      '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="plots/loss.svg, shown by train">',
    );
  });

  it("says how to repeat the run, quoted for a shell", () => {
    const text = textOf(renderRunPage(report));
    expect(text).toContain("git checkout 0123456789abcdef pipe run pipelines/cells.yaml");
    expect(text).toContain("--set &#39;params.augment={degrees: 10}&#39; --set params.seed=7 --target train");
    expect(text).toContain("Files differed from the commit.");
  });

  it("shows why a stage failed, with the end of its log", () => {
    const failure = { cause: "command", message: "It broke.", hint: "Mend it." } as const;
    const failed: ReportedStage = {
      ...stage,
      outcome: { type: "failed", failure, durationMs: 5 },
      logTail: "line 1\nline 2",
    };
    const text = textOf(renderRunPage({ ...report, status: "failed", stages: [failed] }));
    expect(text).toContain("train failed It broke. Mend it. line 1 line 2");
  });

  it.each([
    ["not run", undefined],
    ["begun, without an end", { type: "begun" }],
    ["interrupted, what it had is kept", { type: "interrupted", durationMs: 5, resumable: true }],
  ] as const)("shows a stage that is %s", (words, outcome) => {
    const one: ReportedStage = { ...stage, outcome, cause: undefined };
    expect(textOf(renderRunPage({ ...report, status: "broken off", stages: [one] }))).toContain(words);
  });

  it("takes no text for markup, wherever it stands", () => {
    const attacked: ReportedStage = {
      ...stage,
      uses: attack,
      needs: [attack as StageId],
      combination: { of: attack, values: { fold: attack } },
      cause: { type: "skipped", reason: attack },
      outcome: {
        type: "failed",
        failure: { cause: "input", message: attack, hint: attack, detail: attack },
        durationMs: 1,
      },
      params: new Map([[attack, attack]]),
      metrics: [{ name: `val/${attack}`, last: attack, best: undefined, range: undefined }],
      datasets: [{ type: "dataset", at: 0, name: attack, digest: attack, context: "test", numSamples: 1 }],
      files: [
        { type: "named", path: attack, sizeBytes: 1 },
        { type: "picture", path: attack, mediaType: attack, base64: attack },
      ],
      warnings: [attack],
    };
    const page = renderRunPage({
      ...report,
      pipeline: attack,
      experiment: attack,
      file: attack,
      git: { commit: attack, branch: attack, dirty: false },
      request: { set: [attack], target: [attack] },
      environment: new Map([[attack, attack]]),
      params: new Map([[attack, attack]]),
      stages: [attacked, { ...attacked, stage: attack as StageId }],
    });
    expect(page).not.toContain("<script");
    expect(page).not.toContain("<img src=x");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(page).not.toMatch(/[\u0000\u001b]/);
    expect(page).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  });

  it("loads nothing and runs nothing", () => {
    const page = renderRunPage(report);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
    const sources = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(sources.filter((source) => !/^(data:|#)/.test(source))).toEqual([]);
  });

  it("is the same text for the same report", () => {
    expect(renderRunPage(report)).toBe(renderRunPage(report));
  });
});
