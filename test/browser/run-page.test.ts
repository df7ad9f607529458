import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, keepScreenshot, launchChromium, openPage } from "../rig/chromium.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";

const chromium = findChromium();
const reason = chromium.type === "missing" ? ` (skipped: ${chromium.reason})` : "";

/** A picture that would call out of the page if it could. */
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" onload="alert(1)">
<script>alert(2)</script><image href="http://127.0.0.1:9/x.png"/><rect id="a" width="40" height="20" fill="teal"/></svg>`;

const files = {
  "p.yaml": `version: 1
name: cells
params: { note: "</td><script>alert('x')</script><img src=http://127.0.0.1:9/y.png onerror=alert(3)>" }
stages:
  draw:
    uses: ./draw.ts
    with: { text: "\${{ params.note }}" }
  train:
    matrix: { fold: [0, 1, 2] }
    run: 'echo "{\\"metric\\": \\"val/f1\\", \\"value\\": 0.5}"'
    needs: [draw]
  evaluate:
    run: 'echo "<script>alert(4)</script>"; exit 3'
    needs: [train]
`,
  "draw.ts": `import { writeFile } from "node:fs/promises";
import type { OwnStageKind } from "pipe/stage";
export default {
  async run(stage) {
    await writeFile(stage.output("plot"), ${JSON.stringify(picture)});
    stage.showFile(stage.output("plot"));
  },
} satisfies OwnStageKind<{ readonly text: string }>;
`,
  "draw.schema.json": JSON.stringify({
    type: "object",
    additionalProperties: false,
    required: ["text"],
    properties: { text: { type: "string", description: "Anything." } },
    "x-outputs": { plot: { kind: "file", path: "plot.svg", description: "A picture." } },
  }),
};

describe.skipIf(chromium.type === "missing")(`the page of a run${reason}`, () => {
  let browser: Browser;
  let project: ProjectRig;
  let address: string;
  beforeAll(async () => {
    project = await createProject(files);
    expect((await project.pipe(["run", "p.yaml", "--no-mlflow"])).code).toBe(1);
    address = pathToFileURL(join(project.folder, "runs", "latest", "report.html")).href;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await project?.[Symbol.asyncDispose]();
  });

  it("asks the network for nothing, runs nothing and has no mistake", async () => {
    const page = await openPage(browser);
    const seen = watch(page);
    await page.goto(address);
    await page.getByRole("heading", { name: "cells", level: 1 }).waitFor();
    const image = page.getByRole("img", { name: "plot.svg, shown by draw" });
    expect(await image.evaluate((one: { naturalWidth: number }) => one.naturalWidth)).toBe(40);
    expect(await page.getByText("<script>alert(4)</script>").count()).toBeGreaterThan(0);
    expect(seen).toEqual({ requests: [address], troubles: [] });
    await keepScreenshot(page, "run-page.png");
  });

  it("leads from the drawing to a stage", async () => {
    const page = await openPage(browser);
    await page.goto(address);
    await page.locator("svg a", { hasText: "evaluate" }).click();
    expect(await page.locator("section:target h3").textContent()).toContain("evaluate");
  });

  it("is dark where the reader's system is, and light on paper with all unfolded", async () => {
    const page = await openPage(browser);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(address);
    // As a text, since the rest of the project has no types of a browser's.
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(20, 24, 29)");
    expect(await page.getByText("fingerprint").first().isVisible()).toBe(false);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
    expect(await page.getByText("fingerprint").first().isVisible()).toBe(true);
  });
});

/** What a page asks for, and what goes wrong in it, from now on. */
function watch(page: Page): { readonly requests: string[]; readonly troubles: string[] } {
  const seen = { requests: [] as string[], troubles: [] as string[] };
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) seen.requests.push(request.url());
  });
  page.on("console", (message) => seen.troubles.push(message.text()));
  page.on("pageerror", (error) => seen.troubles.push(error.message));
  page.on("dialog", (dialog) => {
    seen.troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return seen;
}
