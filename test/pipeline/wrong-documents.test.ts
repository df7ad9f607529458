import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { diagnose, diagnoseAsText, root } from "./check-text.ts";

const folder = `${root}test/cases/wrong`;

describe("wrong documents are told what is wrong, where, and how to put it right", () => {
  for (const name of readdirSync(folder)) {
    const text = readFileSync(`${folder}/${name}/pipeline.yaml`, "utf8");

    test(name, async () => {
      await expect(diagnoseAsText(text)).toMatchFileSnapshot(`${folder}/${name}/expected.txt`);
    });

    test(`${name}: every mistake has a place and a code`, () => {
      const found = diagnose(text);
      expect(found.length).toBeGreaterThan(0);
      for (const { code, location } of found) {
        expect(code).toMatch(/^PIPE1\d\d$/);
        expect(location).toBeDefined();
      }
    });
  }
});
