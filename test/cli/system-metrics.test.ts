import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/base/event.ts";
import { isAlive } from "../rig/is-alive.ts";
import { installNvidiaSmi } from "../rig/nvidia-smi.ts";
import { outcomesOf } from "../rig/outcomes.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

/** A stage that computes for a moment, then works until the run's events match. They hold the command, too, which must not match itself. */
const pipelineOf = (project: ProjectRig, pattern: string, more: object = {}): string =>
  JSON.stringify({
    version: 1,
    name: "hungry",
    stages: {
      work: {
        run: `i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done
until grep -q '${pattern}' ${project.folder}/runs/latest/events.ndjson; do sleep 0.1; done
echo '{"metric": "score", "value": 1}'; echo ok > "$PIPE_OUTPUT_X"`,
        outputs: { x: { kind: "file", path: "x.txt" } },
        ...more,
      },
    },
  });

/** Each sample as `step name`, with its value. */
function samplesIn(events: readonly RunEvent[]): Record<string, number> {
  const metrics = events.flatMap((event) =>
    event.type === "stage-event" && event.event.type === "metric" ? [event.event] : [],
  );
  const ofSystem = metrics.filter(({ name }) => name.startsWith("system/"));
  return Object.fromEntries(
    ofSystem.map(({ name, step, value }) => [`${step} ${name.slice("system/".length)}`, value]),
  );
}

/** Two cards, asked as the runner asks for their usage, and as it asks for their numbers. */
const twoCards = `case "$1" in
*index,uuid,utilization.gpu,memory.used,memory.total,power.draw,enforced.power.limit)
  [ "$2" = --format=csv,noheader,nounits ] || exit 2
  echo '0, GPU-5a1cbd30-4a4b-2a6c-9d20-0f60e1e2a6a7, 97, 61203, 81559, 641.50, 700.00'
  echo '1, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, 3, 512, 81559, 69.28, [N/A]' ;;
*) printf '0\\n1\\n' ;;
esac`;

describe("what a stage takes of the machine", () => {
  it("is sampled while it runs, and is no part of its result", async () => {
    await using project = await createProject();
    await project.write({ "p.yaml": pipelineOf(project, "system[/]cpu") });
    const sampled = samplesIn(await project.events(["run", "p.yaml"]));
    // A second sample follows after ten seconds, which a busy machine may need to see the first.
    expect(Object.keys(sampled).slice(0, 3)).toEqual([
      "0 cpu_utilization_percentage",
      "0 system_memory_usage_megabytes",
      "0 system_memory_usage_percentage",
    ]);
    expect(sampled["0 cpu_utilization_percentage"]).toBeGreaterThan(0);
    expect(sampled["0 cpu_utilization_percentage"]).toBeLessThanOrEqual(100);
    // The stage's own process is Node, which takes some 50 MB.
    expect(sampled["0 system_memory_usage_megabytes"]).toBeGreaterThan(20);
    expect(sampled["0 system_memory_usage_megabytes"]).toBeLessThan(500);
    const again = await project.events(["run", "p.yaml"]);
    const end = again.find((event) => event.type === "stage-finished");
    expect(end?.outcome.type).toBe("cached");
    expect(end?.metrics.map(({ name }) => name)).toEqual(["score"]);
    expect((await project.pipe(["diff", "latest~1", "latest"])).stdout).toContain("1 stage is the same");
  });

  it("is counted on over the tries of a stage", async () => {
    await using project = await createProject();
    const events = `${project.folder}/runs/latest/events.ndjson`;
    const run = `test -e tried && n=1 || n=0; touch tried
until grep -q "system[/]cpu[^}]*\\"step\\":$n" ${events}; do sleep 0.1; done; test $n = 1`;
    await project.write({
      "p.yaml": pipelineOf(project, "", { run, outputs: {}, retry: { times: 1, on: ["command"], backoff: "10ms" } }),
    });
    const all = await project.events(["run", "p.yaml"]);
    expect(outcomesOf(all)).toEqual({ work: "executed" });
    const samples = Object.keys(samplesIn(all));
    const steps = samples
      .filter((name) => name.endsWith("cpu_utilization_percentage"))
      .map((name) => parseInt(name, 10));
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(steps).toEqual([...steps.keys()]);
  });

  it("holds the GPUs that it sees, as far as the driver tells of them", async () => {
    await using project = await createProject();
    const env = await installNvidiaSmi(project, twoCards);
    await project.write({ "p.yaml": pipelineOf(project, "system[/]gpu") });
    expect(samplesIn(await project.events(["run", "p.yaml"], { env }))).toMatchObject({
      "0 gpu_0_utilization_percentage": 97,
      "0 gpu_0_memory_usage_megabytes": 64_176,
      "0 gpu_0_memory_usage_percentage": 75,
      "0 gpu_0_power_usage_watts": 641.5,
      "0 gpu_0_power_usage_percentage": 91.6,
      "0 gpu_1_utilization_percentage": 3,
      "0 gpu_1_power_usage_watts": 69.3,
    });
    await project.write({ "one.yaml": pipelineOf(project, "system[/]gpu", { resources: { gpu: 1 } }) });
    const ofOne = Object.keys(samplesIn(await project.events(["run", "one.yaml", "--force"], { env })));
    const first = ofOne.filter((name) => name.startsWith("0 gpu_"));
    expect(first.map((name) => name.split("_")[1])).toEqual(Array(5).fill("0"));
  });

  it("waits for no driver that hangs, and leaves nothing of it behind", async () => {
    await using project = await createProject();
    const env = await installNvidiaSmi(project, `echo $$ > ${project.folder}/asked; exec sleep 600`);
    const run = `until [ -s ${project.folder}/asked ]; do sleep 0.1; done`;
    await project.write({ "p.yaml": pipelineOf(project, "", { run, outputs: {} }) });
    const events = await project.events(["run", "p.yaml"], { env });
    expect(outcomesOf(events)).toEqual({ work: "executed" });
    expect(samplesIn(events)).toEqual({});
    const pid = Number(await project.read("asked"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
