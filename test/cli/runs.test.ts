import { describe, expect, it } from "vitest";
import { createProject, type ProjectRig } from "../rig/project.ts";

const scoring = (name: string, score: number): string => `version: 1
name: ${name}
stages:
  train:
    run: echo '{"metric":"best/val_macro_f1","value":${score},"step":0}'; echo '{"metric":"best/epoch","value":4,"step":0}'
  judge:
    run: test ${score} != 0.1
    needs: [train]
`;

async function runNames(project: ProjectRig): Promise<string[]> {
  return JSON.parse((await project.pipe(["runs", "--json"])).stdout).runs.map(({ run }: { run: string }) => run);
}

describe("pipe runs", () => {
  it("lists the runs, newest first, with how they ended and their metrics", async () => {
    await using project = await createProject({ "a.yaml": scoring("good", 0.7), "b.yaml": scoring("bad", 0.1) });
    for (const file of ["a.yaml", "b.yaml", "a.yaml"]) await project.pipe(["run", file]);
    const { code, stdout } = await project.pipe(["runs"]);
    expect(code).toBe(0);
    const rows = stdout.split("\n");
    expect(rows[0]).toMatch(/^run +pipeline +begun +took +status +run\/cached\/failed\/skipped +metrics +commit$/);
    expect(rows[1]).toMatch(
      /^\S+-good-\S+ +good +(?:now|\d+ min) +[\d.]+ m?s +done +0\/2\/0\/0 +best\/val_macro_f1 0\.7$/,
    );
    expect(rows[2]).toMatch(
      /^\S+-bad-\S+ +bad +(?:now|\d+ min) +[\d.]+ m?s +failed +1\/0\/1\/0 +best\/val_macro_f1 0\.1$/,
    );
    expect(rows[3]).toMatch(
      /^\S+-good-\S+ +good +(?:now|\d+ min) +[\d.]+ m?s +done +2\/0\/0\/0 +best\/val_macro_f1 0\.7$/,
    );
    expect(rows.slice(4)).toEqual([""]);
  });

  it("shows those of one pipeline, and says how many it leaves out", async () => {
    await using project = await createProject({ "a.yaml": scoring("good", 0.7), "b.yaml": scoring("bad", 0.1) });
    for (const file of ["a.yaml", "b.yaml", "a.yaml"]) await project.pipe(["run", file]);
    const { stdout } = await project.pipe(["runs", "--pipeline", "good", "--limit", "1", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      runs: [
        {
          run: (await runNames(project))[0],
          pipeline: "good",
          startedAt: expect.any(Number),
          durationMs: expect.any(Number),
          status: "done",
          stages: { cached: 2 },
          metrics: [
            { stage: "train", name: "best/val_macro_f1", value: 0.7 },
            { stage: "train", name: "best/epoch", value: 4 },
          ],
        },
      ],
      numOlder: 1,
      unreadable: [],
    });
    expect((await project.pipe(["runs", "--pipeline", "none"])).stdout).toBe("There is no such run.\n");
    const wrong = await project.pipe(["runs", "--limit", "0"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("a whole number from 1 on")]);
  });

  it("names folders that are not runs, and shows a run without its end as broken off", async () => {
    await using project = await createProject({ "a.yaml": scoring("good", 0.7) });
    expect((await project.pipe(["runs"])).stdout).toBe("There is no such run.\n");
    await project.pipe(["run", "a.yaml"]);
    const [run] = await runNames(project);
    const lines = (await project.read(`runs/${run}/events.ndjson`)).split("\n");
    await project.write({
      [`runs/${run}/events.ndjson`]: `${lines.slice(0, 3).join("\n")}\n{"type":"stage-fin`,
      "runs/notes/todo.txt": "mine",
      "runs/torn/events.ndjson": '{"type":"run-sta',
      "runs/foreign/events.ndjson": 'null\n{"type":"run-started"}\n',
      "runs/odd/events.ndjson/file": "a folder where a file belongs",
      "runs/readme.txt": "a file is not a run",
    });
    const { code, stdout } = await project.pipe(["runs"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ broken off +/);
    const named = ["foreign", "notes", "odd", "torn"].map((name) => `warning runs/${name} is not the record of a run`);
    expect(stdout.split("\n\n")[1]).toBe(`${named.join("\n")}\n`);
  });
});
