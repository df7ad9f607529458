import { code, yamlValue } from "./markdown.mjs";

/** The rows of a table of properties: key, what it takes, default, description; nested keys as `phases[].lr`. */
export function describeProperties(schema, prefix = "") {
  const rows = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const key = `${prefix}${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    rows.push([code(key), describeType(property), describeDefault(property, isRequired), property.description]);
    rows.push(...describeInside(property, key));
  }
  return rows;
}

function describeInside(property, key) {
  const variants = (property.oneOf ?? property.anyOf ?? []).filter((variant) => variant.properties !== undefined);
  const discriminator = variants.length > 1 ? findDiscriminator(variants) : undefined;
  const inVariants = variants.flatMap((variant) => {
    const isOwn = discriminator === undefined;
    const title = isOwn ? undefined : variant.properties[discriminator].const;
    const rows = describeProperties(isOwn ? variant : without(variant, discriminator), `${key}.`);
    const head = isOwn
      ? [code(key), "one form", "", variant.description]
      : [code(`${key}.${discriminator}`), code(title), "", variant.description];
    return [head, ...rows];
  });
  const items = property.items?.properties === undefined ? [] : describeProperties(property.items, `${key}[].`);
  return [...describeProperties(property, `${key}.`), ...items, ...inVariants];
}

function findDiscriminator(variants) {
  return Object.keys(variants[0].properties).find((key) =>
    variants.every((variant) => variant.properties[key]?.const !== undefined),
  );
}

function without(schema, key) {
  const { [key]: _, ...properties } = schema.properties;
  return { ...schema, properties };
}

const typeWords = { string: "text", boolean: "true or false", object: "map", array: "list" };

function describeType(schema) {
  if (schema["x-artifact"] !== undefined) return `artifact: ${schema["x-artifact"].map(code).join(" or ")}`;
  if (schema.const !== undefined) return code(yamlValue(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(yamlValue(value))).join(", ");
  const variants = schema.anyOf ?? schema.oneOf;
  if (schema.type === undefined && variants !== undefined) return [...new Set(variants.map(describeType))].join(" or ");
  if (schema.type === "array" && schema.items?.type !== undefined) return `list of ${describeType(schema.items)}`;
  const types = [schema.type ?? "any"].flat().map((type) => typeWords[type] ?? type);
  return `${types.join(" or ")}${describeBounds(schema)}`;
}

function describeBounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const low = minimum !== undefined ? `≥ ${minimum}` : exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : "";
  const high = maximum !== undefined ? `≤ ${maximum}` : exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : "";
  const bounds = [low, high].filter((bound) => bound !== "");
  return bounds.length === 0 ? "" : `, ${bounds.join(", ")}`;
}

function describeDefault(schema, isRequired) {
  if (isRequired) return "required";
  return schema.default === undefined ? "" : code(yamlValue(schema.default));
}
