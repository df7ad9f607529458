import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, keepScreenshot, launchChromium, openPage } from "../rig/chromium.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { type MlflowServer, mlflowPython, startMlflowServer } from "../tracking/mlflow-server.ts";

const chromium = findChromium();
const lacks = [chromium, mlflowPython].flatMap((one) => (one.type === "missing" ? [one.reason] : []));
const reason = lacks.length > 0 ? ` (skipped: ${lacks.join("; ")})` : "";

/** Three runs that learn at different rates, as far as numbers can tell. */
const pipeline = `version: 1
name: sweep
experiment: learning rates
stages:
  train:
    matrix: { lr: [0.001, 0.01, 0.1] }
    env: { LR: "\${{ matrix.lr }}" }
    run: |
      awk -v lr=$LR 'BEGIN { for (epoch = 0; epoch < 6; epoch++) {
        loss = exp(-(epoch + 1) * sqrt(lr))
        printf "{\\"metric\\": \\"train/loss\\", \\"value\\": %.4f, \\"step\\": %d}\\n", loss, epoch
        printf "{\\"metric\\": \\"val/macro_f1\\", \\"value\\": %.4f, \\"step\\": %d}\\n", 0.7 * (1 - loss), epoch } }'
`;

describe.skipIf(lacks.length > 0)(`MLflow's pages${reason}`, () => {
  let server: MlflowServer;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startMlflowServer(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it("compare three runs of a matrix in charts, parameters and metrics", async () => {
    await using project = await createProject({ "p.yaml": pipeline });
    await runAndDeliver(project, server.url);

    const page = await openPage(browser);
    await openExperiment(page, `${server.url}/#/experiments`, "learning rates");
    await selectStages(page, /^train@lr=/, 3);
    await page
      .getByRole("button", { name: "Compare" })
      .or(page.getByRole("link", { name: "Compare" }))
      .click();
    await page.getByRole("heading", { name: "Comparing 3 Runs from 1 Experiment" }).waitFor();

    const names = page.getByRole("row", { name: /^Run Name:/ }).getByRole("cell");
    const order = await names.allInnerTexts();
    expect([...order].sort()).toEqual(["train@lr=0.001", "train@lr=0.01", "train@lr=0.1"]);
    const rates = page.getByRole("row", { name: /^matrix\.lr / }).getByRole("cell");
    expect(await rates.allInnerTexts()).toEqual(order.map((name) => name.replace("train@lr=", "")));
    // The last of each run: 0.7 (1 - exp(-6 √lr)).
    for (const value of ["0.121", "0.316", "0.595"]) await page.getByText(value, { exact: true }).waitFor();

    const chart = page.getByRole("tabpanel", { name: "Parallel Coordinates Plot" });
    await chart.locator("svg text", { hasText: /^train\/loss$/ }).waitFor();
    await chart.locator("svg text", { hasText: /^matrix\.lr$/ }).waitFor();
    await keepScreenshot(page, "mlflow-compare.png");

    await page.getByRole("link", { name: "val/macro_f1" }).click();
    for (const name of order)
      await page
        .getByRole("row", { name })
        .getByText(/\(step=5\)/)
        .first()
        .waitFor();
    const curves = page.locator("svg .scatterlayer .trace");
    await curves.nth(2).waitFor({ state: "attached" });
    await keepScreenshot(page, "mlflow-curves.png");
  });

  it("show the page of a run among its artifacts", async () => {
    await using project = await createProject({ "p.yaml": pipeline.replace("learning rates", "one page") });
    const address = await runAndDeliver(project, server.url);
    const page = await openPage(browser);
    await page.goto(`${address}/artifacts`);
    await page.getByText("report.html", { exact: true }).first().click();
    await page.frameLocator("iframe").getByRole("heading", { name: "sweep", level: 1 }).waitFor();
  });
});

/** Runs the pipeline; the address of its page in MLflow, which has all of it. */
async function runAndDeliver(project: ProjectRig, url: string): Promise<string> {
  const env = { MLFLOW_TRACKING_URI: url, USER: "ada" };
  expect((await project.pipe(["run", "p.yaml"], { env })).code).toBe(0);
  // Of a busy machine's server, the run's end leaves some of it to this.
  const { stdout } = await project.pipe(["mlflow", "sync"], { env });
  return / {2}(http\S+)$/m.exec(stdout)?.[1] ?? "";
}

/** MLflow shows language models first; what is trained has its own view. */
async function openExperiment(page: Page, address: string, name: string): Promise<void> {
  await page.goto(address);
  await page.getByRole("button", { name: "Model training", exact: true }).click();
  await page.getByRole("link", { name }).first().click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
}

/** Unfolds the pipeline's run and ticks the runs of its stages. */
async function selectStages(page: Page, name: RegExp, numStages: number): Promise<void> {
  await rowOf(page, /^sweep /)
    .getByRole("gridcell")
    .nth(1)
    .getByRole("button")
    .click();
  const rows = rowOf(page, name);
  await rows.nth(numStages - 1).waitFor();
  for (let index = 0; index < numStages; index++)
    await rows
      .nth(index)
      .getByRole("checkbox", { name: /row selection/ })
      .check();
}

const rowOf = (page: Page, name: RegExp): Locator =>
  page.getByRole("row").filter({ has: page.getByRole("link", { name }) });
