import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

type ChromiumSearch =
  | { readonly type: "ready"; readonly executable: string }
  /** No browser here; a test is then skipped, and its name says so. */
  | { readonly type: "missing"; readonly reason: string };

/** What Debian, Ubuntu and Google call it. */
const names = ["chromium", "chromium-browser", "google-chrome"];

/** Against hanging: a busy machine draws MLflow's pages slowly. */
const timeoutMs = 60_000;

/** The machine's own browser. Where `CI` is set a lack of it is an error: what is skipped there is never seen. */
export function findChromium(): ChromiumSearch {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const executable = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  if (executable !== undefined) return { type: "ready", executable };
  const reason = "there is no chromium on the PATH; on Debian: apt-get install chromium";
  if (process.env["CI"]) throw new Error(reason);
  return { type: "missing", reason };
}

/** Starts it without a window. */
export async function launchChromium(): Promise<Browser> {
  const found = findChromium();
  if (found.type === "missing") throw new Error(found.reason);
  return chromium.launch({ executablePath: found.executable, timeout: timeoutMs });
}

export async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  page.setDefaultTimeout(timeoutMs);
  return page;
}

/** Keeps a picture of the page where continuous integration collects such things (`.ci/run`). */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["PIPE_TEST_ARTIFACTS"] ?? join(import.meta.dirname, "..", "..", "test-artifacts");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, name) });
}
