import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { findBrokenEntries, findLeftovers } from "../crash/whole-entries.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject } from "../rig/project.ts";

/** Stages that several pipelines share under other names, each of which writes down that it ran. */
const pipeline = (names: readonly string[]): string => `version: 1
name: shared
stages:
${names
  .map(
    (name, index) => `  ${name}:
    run: echo ran >> ran-${index}; ${index === 0 ? "echo first" : 'cat "$PIPE_INPUT_X"; echo more'} > "$PIPE_OUTPUT_X"
    outputs: { x: { kind: file, path: x } }
${index === 0 ? "" : `    inputs: { x: "\${{ stages.${names[index - 1]}.outputs.x }}" }\n`}`,
  )
  .join("")}`;

const kinds = ["plain", "renamed", "first only"] as const;

test("any runners at once, of any pipelines, make each result once and take it from each other", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...kinds), { minLength: 3, maxLength: 4 }),
    async (runners) => {
      await using project = await createProject({
        "plain.yaml": pipeline(["a", "b", "c"]),
        "renamed.yaml": pipeline(["x", "y", "z"]),
      });
      const started = runners.map((kind) =>
        project.events([
          "run",
          kind === "renamed" ? "renamed.yaml" : "plain.yaml",
          "--no-mlflow",
          ...(kind === "first only" ? ["--target", "a"] : []),
        ]),
      );
      const ends = (await Promise.all(started)).map((events: RunEvent[]) => Object.values(outcomesOf(events)));
      expect(ends.flat().filter((end) => end !== "executed" && end !== "cached")).toEqual([]);
      const numStages = runners.some((kind) => kind !== "first only") ? 3 : 1;
      expect(ends.flat().filter((end) => end === "executed")).toHaveLength(numStages);
      for (let index = 0; index < numStages; index++) expect(await project.read(`ran-${index}`)).toBe("ran\n");
      expect(await findBrokenEntries(project.folder)).toEqual([]);
      // Who waited for another has kept a work folder, which is empty; any later run sweeps it up.
      await project.pipe(["run", "plain.yaml", "--no-mlflow"]);
      expect(await findLeftovers(project.folder)).toEqual([]);
    },
  );
  await fc.assert(property, { seed: 20_181_003, numRuns: 4, endOnFailure: true });
});
