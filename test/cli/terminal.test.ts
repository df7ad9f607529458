import { expect, it } from "vitest";
import { createProject } from "../rig/project.ts";
import { draw } from "../rig/terminal.ts";

it("shows a row for each stage: why it runs, and in the end what became of it", async () => {
  const pipeline = `version: 1
name: drawn
stages:
  unpack: { uses: archive/unzip, with: { archive: "\${{ stages.cells.outputs.archive }}" } }
  cells: { uses: demo/cells, with: { train: 28, test: 1, size: 16 } }
  broken: { run: "echo no luck; exit 4" }
  after: { run: "true", needs: broken }
`;
  await using project = await createProject({ "drawn.yaml": pipeline });
  const first = await draw(project, ["run", "drawn.yaml", "--no-mlflow", "--keep-going"]);
  expect(first.code).toBe(1);
  const [rows = ""] = first.text.split("\nfailed broken: The command ended with exit code 4.\n").map(lastRows);
  expect(rows.replaceAll(/in [\d.]+ m?s/g, "in …").split("\n")).toEqual([
    "✔ cells   done in …",
    "✔ unpack  done in …",
    "✖ broken  failed: The command ended with exit code 4.",
    "↓ after   not run: broken failed",
  ]);
  expect(first.text).toMatch(/cells {3}runs: no result yet/);
  expect(first.text).toMatch(/\n {2}report {2} *runs\/[0-9a-z-]+\/report\.html\n/);

  const second = await draw(project, ["run", "drawn.yaml", "--no-mlflow", "--target", "unpack"]);
  expect(second.code).toBe(0);
  expect(second.text).toMatch(/✔ cells {3}cached, saves [\d.]+ m?s\n✔ unpack {2}cached, saves [\d.]+ m?s\n/);
});

/** The rows as they stand at the end. */
function lastRows(text: string): string {
  return text.trimEnd().split("\n").slice(-4).join("\n");
}
