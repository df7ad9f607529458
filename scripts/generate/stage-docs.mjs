import { banner, code, table, yamlValue } from "./markdown.mjs";
import { describeProperties } from "./schema-rows.mjs";
import { readStageSchemas } from "./stage-schemas.mjs";

/** docs/reference/stages.md: each stage kind, what it puts out and what it takes. */
export async function generateStageDocs(root) {
  const kinds = (await readStageSchemas(root)).map(({ schema }) => schema);
  const overview = kinds.map((schema) => [
    `[${schema["x-uses"]}](#${anchor(schema["x-uses"])})`,
    schema.description,
    [...new Set(Object.values(schema["x-outputs"]).map(({ kind }) => code(kind)))].join(", "),
  ]);
  const page = [
    banner("schemas/stages/"),
    "# Stage kinds\n",
    "What `uses:` can name. Kinds of artifacts are described in [artifacts.md](artifacts.md), everything around the stages in",
    "[pipeline.md](pipeline.md). A place that takes an artifact holds a reference, `${{ stages.ID.outputs.NAME }}`, or the path of",
    "a file or folder; `/PATH` after the reference leads to something inside a folder. Keys that are not required and have no",
    "default may be left out.\n",
    table(["kind", "what it does", "puts out"], overview),
    ...kinds.map(describeKind),
  ];
  return new Map([["docs/reference/stages.md", `${page.join("\n")}\n`]]);
}

function anchor(uses) {
  return uses.replaceAll("/", "");
}

function describeKind(schema) {
  const outputs = Object.entries(schema["x-outputs"]).map(([name, output]) => [
    code(name),
    code(output.kind),
    output["x-when"] === undefined ? output.description : `${output.description} Only with ${code(output["x-when"])}.`,
  ]);
  const notes = [
    schema["x-network"] ? "It talks to a server." : undefined,
    schema["x-tensorflow"] ? "It computes with TensorFlow, on a GPU where there is one." : undefined,
  ].filter((note) => note !== undefined);
  return [
    `\n## ${schema["x-uses"]}\n`,
    `${[schema.description, ...notes].join(" ")}\n`,
    `${table(["output", "kind", "what it is"], outputs)}\n`,
    `${table(["parameter", "takes", "default", "meaning"], describeProperties(schema))}\n`,
    "```yaml",
    "stages:",
    "  ID:",
    `    uses: ${schema["x-uses"]}`,
    ...writeExample(schema),
    "```",
  ].join("\n");
}

/** The required parameters with their examples; of optional ones nothing, which is what most pipelines give. */
function writeExample(schema) {
  const required = schema.required ?? [];
  if (required.length === 0) return [];
  return ["    with:", ...required.flatMap((name) => writeKey(name, schema.properties[name], "      "))];
}

function writeKey(name, schema, indent) {
  if (schema.type === "object" && schema.required?.length > 0) {
    const inner = schema.required.flatMap((key) => writeKey(key, schema.properties[key], `${indent}  `));
    return [`${indent}${name}:`, ...inner];
  }
  return [`${indent}${name}: ${writeValue(schema.examples?.[0])}`];
}

function writeValue(value) {
  return typeof value === "string" && value.startsWith("${{") ? value : yamlValue(value);
}
