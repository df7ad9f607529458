import { expect, it } from "vitest";
import { createProject } from "../rig/project.ts";

const pipeline = `
version: 1
name: own
stages:
  train:
    run: |
      echo 'epoch 1'
      echo '{"metric": "val/loss", "value": 0.5, "step": 1}'
      echo '{"metric": "val/loss", "value": 0.25, "step": 2}'
      echo '{"metric": "accuracy", "value": 0.9}'
      echo '{"metric": "broken", "value": "high"}'
      echo '{"just": "json"}'
      echo ok > "$PIPE_OUTPUT_X"
    outputs: { x: { kind: file, path: x.txt } }
`;

it("takes metrics from what a command prints, and keeps them with the result", async () => {
  await using project = await createProject({ "p.yaml": pipeline });
  const measured = [
    { name: "val/loss", value: 0.5, step: 1 },
    { name: "val/loss", value: 0.25, step: 2 },
    { name: "accuracy", value: 0.9, step: 0 },
  ];
  const events = await project.events(["run", "p.yaml"]);
  const live = events.flatMap((event) =>
    event.type === "stage-event" && event.event.type === "metric" && !event.event.name.startsWith("system/")
      ? [event.event]
      : [],
  );
  expect(live).toMatchObject(measured);
  const again = await project.events(["run", "p.yaml"]);
  const kept = again.flatMap((event) => (event.type === "stage-finished" ? event.metrics : []));
  expect(kept).toMatchObject(measured);
});
