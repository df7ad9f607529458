/** First lines of a generated page. */
export function banner(sources) {
  return `<!-- Generated from ${sources} by \`npm run generate\`; do not edit. -->\n`;
}

/** A table of Markdown; cells may hold any text. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

export function code(text) {
  return `\`${text}\``;
}

/** The value as one would write it in a YAML flow collection. */
export function yamlValue(value) {
  if (Array.isArray(value)) return `[${value.map(yamlValue).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).map(([key, inner]) => `${key}: ${yamlValue(inner)}`);
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  const isPlain = typeof value !== "string" || /^[\w./][\w./ -]*$/.test(value);
  return isPlain ? String(value) : JSON.stringify(value);
}
