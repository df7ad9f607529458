import { describe, expect, test } from "vitest";
import { err, ok } from "../../src/base/result.ts";
import { collectFingerprintInputs } from "../../src/cache/fingerprint.ts";
import { checkPipeline } from "../../src/pipeline/check.ts";
import { renderDiagnostics } from "../../src/report/diagnostics-text.ts";
import { locationOf } from "../../src/runner/locations.ts";
import { check, schemas, stageOf } from "./check-text.ts";

const base = `version: 1
name: base
params: { seed: 1, sizes: { train: 200, test: 50 } }
stages:
  draw:
    uses: demo/cells
    with: { seed: "\${{ params.seed }}", train: "\${{ params.sizes.train }}", test: "\${{ params.sizes.test }}" }
  unzip: { uses: archive/unzip, with: { archive: "\${{ stages.draw.outputs.archive }}", nested: false } }
  list:
    run: ls \${{ inputs.files }}
    inputs: { files: "\${{ stages.unzip.outputs.files }}" }
    env: { LANG: C, TZ: UTC }
`;

function checkFiles(files: Readonly<Record<string, string>>, overrides: readonly string[] = []) {
  const readSource = (file: string) => {
    const text = files[file];
    return text === undefined ? err("does not exist") : ok(text);
  };
  const [[file, text] = ["", ""]] = Object.entries(files);
  return checkPipeline({ file, text }, { overrides, schemas, readSource });
}

function checkGood(files: Readonly<Record<string, string>>, overrides: readonly string[] = []) {
  const checked = checkFiles(files, overrides);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error, undefined, 2));
  return checked.value.pipeline;
}

function diagnose(files: Readonly<Record<string, string>>): string {
  const checked = checkFiles(files);
  const found = checked.ok ? checked.value.warnings : checked.error;
  return renderDiagnostics(found, { sources: new Map(Object.entries(files)), color: false });
}

const own = (rest: string) => `version: 1\nname: own\nextends: base.yaml\n${rest}`;

describe("a document that extends another", () => {
  test("has all of it but what it says itself", () => {
    const pipeline = checkGood({ "own.yaml": own("params: { sizes: { train: 300 } }\n"), "base.yaml": base });
    expect(pipeline).toMatchObject({
      name: "own",
      experiment: "own",
      params: { seed: 1, sizes: { train: 300, test: 50 } },
    });
    expect(pipeline.stages.map(({ id }) => id)).toEqual(["draw", "unzip", "list"]);
    expect(pipeline.bases).toEqual([{ file: "base.yaml", text: base }]);
  });

  test("adds stages, changes values inside them, and takes values and stages out by null", () => {
    const text = own("stages:\n  more: { run: ls, needs: unzip }\n  unzip: { with: { nested: null } }\n  list: null\n");
    const pipeline = checkGood({ "own.yaml": text, "base.yaml": base });
    expect(pipeline.stages.map(({ id }) => id).sort()).toEqual(["draw", "more", "unzip"]);
    expect(stageOf(pipeline, "unzip")).toMatchObject({ with: { nested: true, archive: { stage: "draw" } } });
  });

  test("keeps a null for which there is nothing to take out", () => {
    const files = {
      "own.yaml": own("params: { none: null }\nstages: { x: { run: ls, if: params.none == null } }\n"),
      "base.yaml": base,
    };
    expect(checkGood(files).params).toMatchObject({ none: null });
  });

  test("replaces lists", () => {
    const text = own("params: { seeds: [3] }\n");
    const listed = base
      .replace("seed: 1,", "seed: 1, seeds: [1, 2],")
      .replace("uses: demo", 'matrix: { s: "${{ params.seeds }}" }\n    uses: demo');
    const files = { "own.yaml": `${text}stages: { unzip: null, list: null }\n`, "base.yaml": listed };
    expect(checkGood(files).stages.map(({ id }) => id)).toEqual(["draw@s=3"]);
  });

  test("may stand in another folder, in a chain, and under --set", () => {
    const files = {
      "a/own.yaml": "version: 1\nname: own\nextends: ../b/middle.yaml\n",
      "b/middle.yaml": "version: 1\nname: middle\nextends: base.yaml\nparams: { seed: 2, sizes: { test: 60 } }\n",
      "b/base.yaml": base,
    };
    expect(checkGood(files).params).toEqual({ seed: 2, sizes: { train: 200, test: 60 } });
    expect(checkGood(files, ["params.seed=3"]).params).toMatchObject({ seed: 3 });
    expect(checkGood(files).bases.map(({ file }) => file)).toEqual(["b/middle.yaml", "b/base.yaml"]);
  });

  test("gives the fingerprints of a document that says it all itself", () => {
    const stage = stageOf(checkGood({ "own.yaml": own("params: { seed: 2 }\n"), "base.yaml": base }), "draw");
    const alone = stageOf(check(base.replace("seed: 1", "seed: 2")), "draw");
    const knowledge = { contentOf: () => ({ digest: "d", shape: "file" }) as const, runtime: {} };
    expect(collectFingerprintInputs(stage, knowledge)).toEqual(collectFingerprintInputs(alone, knowledge));
  });

  test("knows of each value in which file it stands", () => {
    const text = own("stages: { list: { env: { LANG: de_DE } } }\n");
    const stage = stageOf(checkGood({ "own.yaml": text, "base.yaml": base }), "list");
    expect(locationOf(stage, "env.LANG")).toMatchObject({ file: "own.yaml", line: 4 });
    expect(locationOf(stage, "env.TZ")).toMatchObject({ file: "base.yaml", line: 12 });
  });
});

describe("mistakes", () => {
  test("are shown in the file in which they stand, the document's own first", () => {
    const wrong = base.replace("params.seed }}", "params.seet }}");
    expect(
      diagnose({ "own.yaml": own("stages: { list: { need: draw } }\n"), "base.yaml": wrong }),
    ).toMatchInlineSnapshot(`
      "own.yaml:4:19 error PIPE105 unknown key "need" in stage "list"
        4 | stages: { list: { need: draw } }
          |                   ~~~~
      Did you mean "needs"?

      base.yaml:7:20 error PIPE112 the parameter "seet" is not defined
        7 |     with: { seed: "\${{ params.seet }}", train: "\${{ params.sizes.train }}", test: "\${{ params.sizes.test }}" }
          |                    ~~~~~~~~~~~~~~~~~~
      Defined parameters: seed, sizes. Did you mean "seed"?
      "
    `);
  });

  test.each([
    ["a circle", { "a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n" }, "PIPE150"],
    ["itself", { "a.yaml": "extends: ./a.yaml\n" }, "PIPE150"],
    ["nothing there", { "a.yaml": "extends: b.yaml\n" }, "PIPE151"],
    ["no path", { "a.yaml": "extends: [b.yaml]\n" }, "PIPE151"],
    ["a reference", { "a.yaml": "extends: ${{ params.base }}\n" }, "PIPE151"],
    ["no YAML", { "a.yaml": "extends: b.yaml\n", "b.yaml": "a: [\n" }, "PIPE101"],
    ["no map", { "a.yaml": "extends: b.yaml\n", "b.yaml": "[]\n" }, "PIPE100"],
  ])("in extends: %s", (_, files, code) => {
    const checked = checkFiles(files);
    const found = checked.ok ? [] : checked.error;
    expect(found).toMatchObject([{ code, location: { line: 1 } }]);
  });
});
