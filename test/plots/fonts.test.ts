import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

it("notices that a machine has no font", () => {
  const folder = mkdtempSync(join(tmpdir(), "fonts-"));
  writeFileSync(join(folder, "fonts.conf"), "<fontconfig></fontconfig>\n");
  const program = `import { canDrawLetters } from "./dist/plots/fonts.js"; console.log(await canDrawLetters());`;
  const ask = (environment: object) =>
    execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });
  expect(ask({ FONTCONFIG_FILE: join(folder, "fonts.conf") })).toBe("false\n");
  rmSync(folder, { recursive: true });
});
