import type { DocumentNode, MapNode } from "./document-node.ts";
import { problem, type Report, valueProblem } from "./problem.ts";
import { namePattern, nameRule } from "./reference.ts";

/** Checks the paths of a command's outputs: inside the stage's folder, and none inside another. */
export function checkCommandOutputs(stage: string, declared: DocumentNode, report: Report): void {
  if (declared.type !== "map") return;
  const places: { readonly name: string; readonly path: string; readonly node: DocumentNode }[] = [];
  for (const [name, { value }] of declared.entries) {
    const node = value.type === "map" ? value.entries.get("path")?.value : undefined;
    if (node?.type !== "scalar" || typeof node.value !== "string" || node.value === "") continue;
    const path = node.value.replace(/\/+$/, "");
    if (!isInside(path)) {
      const message = `"outputs.${name}.path" of stage "${stage}" leads out of the folder of the stage's outputs`;
      const hint = "Give a relative path without . and .. in it, e.g. report.csv.";
      report(valueProblem("PIPE109", node, message, { hint }));
      continue;
    }
    const clash = places.find((other) => overlap(other.path, path));
    if (clash !== undefined) {
      const message = `the outputs "${clash.name}" and "${name}" of stage "${stage}" share a path`;
      const related = [{ message: `the path of "${clash.name}"`, location: clash.node.range }];
      report(valueProblem("PIPE109", node, message, { hint: "Give each output a path of its own.", related }));
    }
    places.push({ name, path, node });
  }
}

function isInside(path: string): boolean {
  const steps = path.split("/");
  return path !== "" && steps.every((step) => step !== "" && step !== "." && step !== ".." && !step.includes("\\"));
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** The environment variable in which a command finds the path of an artifact: `PIPE_INPUT_TRAIN_CSV` for `train-csv`. */
export function variableOf(side: "inputs" | "outputs", name: string): string {
  return `PIPE_${side === "inputs" ? "INPUT" : "OUTPUT"}_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Reports names that commands would see under one variable, or that references cannot name. */
export function checkArtifactNames(stage: string, side: "inputs" | "outputs", node: MapNode, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, { keyRange }] of node.entries) {
    if (!namePattern.test(name)) {
      const message = `"${name}" cannot be the name of an ${side.slice(0, -1)} of stage "${stage}"`;
      report(problem("PIPE116", keyRange, message, { hint: nameRule }));
      continue;
    }
    const variable = variableOf(side, name);
    const other = seen.get(variable);
    if (other !== undefined) {
      const message = `"${other}" and "${name}" of stage "${stage}" would share the variable ${variable}`;
      report(problem("PIPE116", keyRange, message, { hint: "Rename one of them." }));
    }
    seen.set(variable, name);
  }
}
