import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type LanguageServer, startLanguageServer } from "../rig/language-server.ts";
import { root } from "./check-text.ts";

const schema = JSON.parse(readFileSync(join(root, "schemas/pipeline.schema.json"), "utf8"));
const pipelines = readdirSync(join(root, "pipelines")).filter((name) => name.endsWith(".yaml"));
const wrong = (name: string) => readFileSync(join(root, "test/cases/wrong", name, "pipeline.yaml"), "utf8");

describe("the schema for editors", () => {
  // `strict` would refuse the keyword that editors read the explanations of `uses` from.
  const ajv = new Ajv({ allErrors: true, strictSchema: false, strictTypes: false, strictRequired: false });
  const validate = ajv.compile(schema);
  const read = (text: string) => parse(text, { merge: true });

  test.each([...pipelines.map((name) => `pipelines/${name}`), "test/cases/valid/atlas.yaml"])("accepts %s", (path) => {
    validate(read(readFileSync(join(root, path), "utf8")));
    expect(validate.errors).toBeNull();
  });

  test("accepts of a document that extends another what it changes, and null", () => {
    const text =
      "version: 1\nextends: base.yaml\nstages: { train: { with: { size: 512 } }, predict: null, submit: { needs: null } }\n";
    expect(validate(read(text))).toBe(true);
    expect(validate(read(text.replace("with:", "whit:")))).toBe(false);
    expect(validate(read(text.replace("extends: base.yaml", "name: example")))).toBe(false);
  });

  test.each(["unknown-key", "wrong-type", "bad-enum", "missing-required", "unknown-stage-kind", "out-of-range"])(
    "refuses %s",
    (name) => {
      expect(validate(read(wrong(name)))).toBe(false);
    },
  );
});

describe("the YAML language server, with the schema that a pipeline names in its first line", () => {
  let server: LanguageServer;
  beforeAll(async () => {
    server = await startLanguageServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const modeline = "# yaml-language-server: $schema=../schemas/pipeline.schema.json\n";
  const write = (name: string, text: string) => server.open(join(root, "pipelines", name), modeline + text);
  const stage = "version: 1\nname: example\nstages:\n  train:\n";

  test.each(pipelines)("has nothing to say about %s", async (name) => {
    const path = join(root, "pipelines", name);
    const text = readFileSync(path, "utf8");
    expect(text).toContain(modeline.trim());
    expect((await server.open(path, text)).diagnostics).toEqual([]);
  });

  test("marks what is wrong", async () => {
    const document = await write("wrong.yaml", wrong("unknown-key"));
    expect(document.diagnostics).toContain("4:1 Property experimnt is not allowed.");
    expect(document.diagnostics).toContain("10:7 Property trian is not allowed.");
  });

  test("offers the stage kinds, each with what it does", async () => {
    const document = await write("kinds.yaml", `${stage}    uses: \n`);
    const items = await document.complete(6, 11);
    const kind = items.find(({ label }) => label === "model/train");
    expect(kind?.documentation).toMatch(/^Trains a ResNet/);
    expect(items.map(({ label }) => label)).toContain("demo/cells");
  });

  test("offers the parameters of the kind, and not those of others", async () => {
    const document = await write("parameters.yaml", `${stage}    uses: model/train\n    with:\n      \n`);
    const labels = (await document.complete(8, 7)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["train", "validation", "size", "phases", "loss"]));
    expect(labels).not.toContain("competition");
  });

  test("offers the values of a choice", async () => {
    const document = await write("values.yaml", `${stage}    uses: model/train\n    with:\n      arch: \n`);
    const labels = (await document.complete(8, 13)).map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["resnet18", "resnet34", "resnet50"]));
  });

  test("offers the keys of the variant that is chosen", async () => {
    const text = `${stage}    uses: model/train\n    with:\n      loss:\n        type: focal\n        \n`;
    const labels = (await (await write("variant.yaml", text)).complete(10, 9)).map(({ label }) => label);
    expect(labels).toContain("gamma");
    expect(labels).not.toContain("pos_weight");
  });

  test("explains a parameter", async () => {
    const document = await write("hover.yaml", `${stage}    uses: model/train\n    with:\n      clip_norm: 1\n`);
    expect(await document.hover(8, 9)).toContain("Largest global norm of the gradients");
  });
});
