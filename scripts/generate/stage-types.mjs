import { compile } from "json-schema-to-typescript";
import { readStageSchemas } from "./stage-schemas.mjs";

/** One TypeScript file per stage kind: the type of its `with` as the stage gets it, defaults filled in. */
export async function generateStageTypes(root) {
  const files = new Map();
  for (const { path, stem, schema } of await readStageSchemas(root)) {
    const name = typeName(stem);
    const type = await compile({ ...asResolved(schema), title: name }, name, {
      additionalProperties: false,
      bannerComment: `// Generated from ${path} by \`npm run generate\`; do not edit.`,
      format: true,
      style: { printWidth: 120 },
    });
    files.set(`src/stages/generated/${stem}.ts`, type);
  }
  return files;
}

/** `model-tune-thresholds` → `ModelTuneThresholdsWith`. */
function typeName(stem) {
  const words = stem.split("-").map((word) => word[0].toUpperCase() + word.slice(1));
  return `${words.join("")}With`;
}

/**
 * The schema of a value after defaults were filled in: a property with a default is always there. Rules that only
 * restrict combinations (`oneOf` of `required`) say nothing about the type and are dropped, as are open-ended lengths,
 * which would become tuples that are awkward to build.
 */
function asResolved(schema) {
  if (Array.isArray(schema)) return schema.map(asResolved);
  if (schema === null || typeof schema !== "object") return schema;
  const resolved = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "default" || key === "examples" || key === "$schema" || key.startsWith("x-")) continue;
    if ((key === "oneOf" || key === "anyOf" || key === "allOf") && value.every(isRestriction)) continue;
    if (key === "not" || key === "if" || key === "then" || key === "else") continue;
    if ((key === "minItems" || key === "maxItems") && schema.minItems !== schema.maxItems) continue;
    resolved[key] = key === "properties" ? mapValues(value, asResolved) : asResolved(value);
  }
  if (schema.properties !== undefined) {
    const always = Object.keys(schema.properties).filter((name) => "default" in schema.properties[name]);
    resolved.required = [...new Set([...(schema.required ?? []), ...always])];
  }
  return resolved;
}

function isRestriction(schema) {
  return schema.type === undefined && schema.properties === undefined && schema.$ref === undefined;
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
