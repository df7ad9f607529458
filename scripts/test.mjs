// `npm test`: every gate in turn, then the tests; ends with the line `N passed, N failed, N skipped`.
// `npm test -- unit` runs the quick part, `npm test -- real` the long runs on real images, any other word filters test files.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isReady, makeReady } from "./bootstrap.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binary = (name) => join(root, "node_modules", ".bin", name);
const filters = process.argv.slice(2);
const totals = { passed: 0, failed: 0, skipped: 0 };

if (!isReady(root)) makeReady(root);
if (filters.length === 0) {
  gate("format and lint", binary("biome"), ["check", "--error-on-warnings", "."]);
  gate("types", binary("tsc"), ["-p", join(root, "tsconfig.json")]);
  gate("unused exports and packages", binary("knip"), []);
  gate("generated files in date", process.execPath, [join(root, "scripts", "generate.mjs"), "--check"]);
}
gate("TensorFlow library", process.execPath, [join(root, "pipe"), "setup"]);
runTests();
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 ? 0 : 1);

function gate(title, command, args) {
  console.log(`\n▸ ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  totals[status === 0 ? "passed" : "failed"] += 1;
  if (status !== 0) console.log(`✗ ${title}`);
}

function runTests() {
  console.log("\n▸ tests");
  const folder = mkdtempSync(join(tmpdir(), "pipe-test-report-"));
  const report = join(folder, "report.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...filters];
  const { status } = spawnSync(binary("vitest"), args, { cwd: root, stdio: "inherit" });
  if (existsSync(report)) countTests(JSON.parse(readFileSync(report, "utf8")));
  // A run that broke outside any test (a crash, an unhandled rejection) must not pass for a green one.
  if (status !== 0 && totals.failed === 0) totals.failed += 1;
  rmSync(folder, { recursive: true, force: true });
}

function countTests(report) {
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  const skipped = report.testResults.flatMap((file) =>
    file.assertionResults.filter((test) => test.status === "pending" || test.status === "skipped"),
  );
  for (const test of skipped) console.log(`skipped: ${test.fullName}`);
}
