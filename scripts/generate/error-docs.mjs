import { loadSources } from "./load-sources.mjs";
import { banner, code, table } from "./markdown.mjs";

/** docs/reference/errors.md: each code of a diagnostic, with a document that has the mistake and what `pipe` says. */
export async function generateErrorDocs(root) {
  const entries = [
    "base/diagnostic-codes.ts",
    "pipeline/check.ts",
    "pipeline/stage-schemas.ts",
    "report/diagnostics-text.ts",
  ];
  return loadSources(root, entries, async (load) => {
    const { diagnosticCodes } = await load("base/diagnostic-codes.js");
    const { checkPipeline } = await load("pipeline/check.js");
    const { loadStageSchemas } = await load("pipeline/stage-schemas.js");
    const { renderDiagnostics } = await load("report/diagnostics-text.js");
    const schemas = loadStageSchemas(`${root}/schemas`);
    const say = (text) => {
      const file = "pipeline.yaml";
      const checked = checkPipeline({ file, text }, { overrides: [], schemas });
      const diagnostics = checked.ok ? checked.value.warnings : checked.error;
      return renderDiagnostics(diagnostics, { sources: new Map([[file, text]]), color: false });
    };
    return new Map([["docs/reference/errors.md", writePage(Object.entries(diagnosticCodes), say)]]);
  });
}

function writePage(codes, say) {
  const page = [
    banner("src/base/diagnostic-codes.ts"),
    "# Diagnostics\n",
    "What `pipe validate` says about a document, and `pipe run` before it starts anything. Each diagnostic names the file, the line",
    "and the column, shows the place, and says how to put it right. All mistakes of a document are reported at once, except for",
    "those that follow from another. Exit code 2.\n",
    table(
      ["code", "what is wrong"],
      codes.map(([name, { title }]) => [`[${name}](#${name.toLowerCase()})`, title]),
    ),
    ...codes.map(([name, explanation]) => writeCode(name, explanation, say)),
  ];
  return `${page.join("\n")}\n`;
}

function writeCode(name, { title, explanation, example, fix }, say) {
  const shown =
    example === undefined || example.split("\n").some((line) => line.length > 100) ? [] : writeExample(example, say);
  return [
    `\n## ${name}\n`,
    `${code(name)}: ${title}.\n`,
    `${explanation}\n`,
    ...shown,
    `**How to put it right.** ${fix}`,
  ].join("\n");
}

function writeExample(example, say) {
  return ["```yaml", example.trimEnd(), "```\n", "```text", say(example).trimEnd(), "```\n"];
}
