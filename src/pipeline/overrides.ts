import { type DocumentNode, findNode, type ListNode, type MapNode, mapValues } from "./document-node.ts";
import { problem, type Report, suggestFrom } from "./problem.ts";
import { readYaml } from "./read-document.ts";

/** Replaces parameters as `--set params.NAME=VALUE` asks; VALUE is YAML. Wrong options are reported and left out. */
export function applyOverrides(params: MapNode, overrides: readonly string[], report: Report): MapNode {
  let changed = params;
  for (const option of overrides) {
    const override = parseOverride(option, params, report);
    if (override !== undefined) changed = replaceValue(changed, override.path, override.value);
  }
  return changed;
}

function parseOverride(
  option: string,
  params: MapNode,
  report: Report,
): { path: readonly string[]; value: DocumentNode } | undefined {
  const refuse = (message: string, hint?: string) => {
    report(problem("PIPE117", undefined, `--set ${option}: ${message}`, { hint }));
    return undefined;
  };
  const equals = option.indexOf("=");
  if (equals === -1) return refuse("no value", "Write --set params.NAME=VALUE.");
  const name = option.slice(0, equals).trim();
  const text = option.slice(equals + 1);
  const [head, ...path] = name.split(".");
  if (head !== "params" || path.length === 0) {
    const meant = params.entries.has(name.split(".")[0] ?? "") ? ` Did you mean --set params.${name}=${text}?` : "";
    return refuse("only parameters can be set", `Write --set params.NAME=VALUE.${meant}`);
  }
  const replaced = findNode(params, path);
  if (replaced === undefined) {
    report(describeUndefined(`--set ${option}: the parameter`, path, params));
    return undefined;
  }
  const read = readYaml("--set", text);
  if (!read.ok) return refuse(`the value is not valid YAML: ${read.error[0]?.message ?? text}`);
  if (read.value.problems[0] !== undefined) return refuse(read.value.problems[0].message);
  return { path, value: relocate(read.value.node, { ...replaced, override: option, name }) };
}

/** Says which step of the path `params.a.b` does not exist, and what does. */
export function describeUndefined(
  subject: string,
  path: readonly string[],
  params: MapNode,
  location?: DocumentNode["range"],
) {
  let depth = 0;
  while (depth < path.length && findNode(params, path.slice(0, depth + 1)) !== undefined) depth++;
  const parent = findNode(params, path.slice(0, depth));
  const parentName = ["params", ...path.slice(0, depth)].join(".");
  const names = parent?.type === "map" ? [...parent.entries.keys()] : [];
  const title = depth === 0 ? "Defined parameters" : `Defined in ${parentName}`;
  const nothing = depth === 0 ? "The document defines no parameters." : `${parentName} is not a map.`;
  const hint = names.length === 0 ? nothing : suggestFrom(title, path[depth] ?? "", names);
  return problem("PIPE112", location, `${subject} "${path.join(".")}" is not defined`, { hint });
}

/** The value of an option stands in no file: it is located where the value that it replaces stands. */
function relocate(
  node: DocumentNode,
  place: { readonly range: DocumentNode["range"]; readonly override: string; readonly name: string },
): DocumentNode {
  const { range } = place;
  const origin = { name: place.name, definition: range, override: place.override };
  switch (node.type) {
    case "scalar":
    case "unknown":
      return { ...node, range, origin };
    case "template": {
      const parts = node.parts.map((part) => (typeof part === "string" ? part : { ...part, range }));
      return { ...node, parts, range, origin };
    }
    case "list":
    case "map":
      return { ...mapValues(node, (value) => relocate(value, place), range), range, origin };
  }
}

function replaceValue<Node extends ListNode | MapNode>(
  node: Node,
  [step, ...rest]: readonly string[],
  value: DocumentNode,
): Node {
  return mapValues(node, (inner, innerStep) => {
    if (innerStep !== step) return inner;
    if (rest.length === 0) return value;
    return inner.type === "list" || inner.type === "map" ? replaceValue(inner, rest, value) : inner;
  });
}
