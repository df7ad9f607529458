import { describe, expect, it } from "vitest";
import type { RunEvent, StageFinished } from "../../src/base/event.ts";
import { createProject } from "../rig/project.ts";

const counting = `version: 1
name: counting
params: { last: 3 }
stages:
  count:
    run: seq \${{ params.last }} > "$PIPE_OUTPUT_NUMBERS"
    outputs: { numbers: { kind: file, path: numbers.txt } }
  lines:
    run: wc -l < "$PIPE_INPUT_NUMBERS" > "$PIPE_OUTPUT_LINES"
    inputs: { numbers: "\${{ stages.count.outputs.numbers }}" }
    outputs: { lines: { kind: file, path: lines.txt } }
  greet:
    run: echo hello > "$PIPE_OUTPUT_GREETING"
    outputs: { greeting: { kind: file, path: greeting.txt } }
`;

describe("pipe run", () => {
  it("runs all stages, and takes all from the cache the second time", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    expect(outcomes(await project.events(["run", "counting.yaml"]))).toEqual({
      count: "executed",
      lines: "executed",
      greet: "executed",
    });
    expect(await project.read("runs/latest/stages/lines/outputs/lines.txt")).toBe("3\n");
    expect(outcomes(await project.events(["run", "counting.yaml"]))).toEqual({
      count: "cached",
      lines: "cached",
      greet: "cached",
    });
  });

  it("runs what an edited parameter changes and what follows from it, and says why", async () => {
    await using project = await createProject({ "counting.yaml": counting });
    await project.pipe(["run", "counting.yaml"]);
    await project.write({ "counting.yaml": counting.replace("last: 3", "last: 5") });
    const { code, stdout } = await project.pipe(["run", "counting.yaml"]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'count runs: run changed seq 3 > "$PIPE_OUTPUT_NUMBERS" → seq 5 > "$PIPE_OUTPUT_NUMBERS" (counting.yaml:6)',
    );
    expect(stdout).toMatch(
      /lines runs: inputs\.numbers changed file [0-9a-f]{8} → file [0-9a-f]{8} \(counting\.yaml:10\)/,
    );
    expect(stdout).toMatch(/greet: cached/);
    expect(stdout).toMatch(/done in .*: 2 executed, 1 cached/);
  });
});

/** How each stage ended. */
function outcomes(events: readonly RunEvent[]): Record<string, string> {
  const finished = events.filter((event): event is StageFinished => event.type === "stage-finished");
  return Object.fromEntries(finished.map(({ stage, outcome }) => [stage, outcome.type]));
}
