import { fail } from "../../base/failure.ts";
import { runCommand } from "../../util/run-command.ts";
import type { SetupContext } from "./context.ts";

/** What a library says of itself. */
export interface TensorflowFacts {
  readonly version: string;
  readonly device: "cpu" | "gpu";
}

/** Multiplies a small matrix with itself, and writes what came out as a line of JSON. */
const programFor = (addon: string): string => `
const binding = require(${JSON.stringify(addon)});
const matrix = binding.createTensor([2, 2], binding.TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const type = { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
const [product] = binding.executeOp("MatMul", [type], [matrix, matrix], 1);
const values = Array.from(binding.tensorDataSync(product.id));
const device = binding.isUsingGpuDevice() ? "gpu" : "cpu";
require("node:fs").writeSync(1, "\\n" + JSON.stringify({ version: binding.TF_Version, device, values }));
`;

/** Loads the addon in a process of its own and has it compute something: a library that crashes takes only that along. */
export async function probeTensorflow(addon: string, context: SetupContext): Promise<TensorflowFacts> {
  context.report({ activity: "checking TensorFlow", done: 0, total: 1, unit: "checks" });
  const result = await runCommand(process.execPath, ["-e", programFor(addon)], {
    environment: { ...context.environment, TF_CPP_MIN_LOG_LEVEL: "2", NODE_OPTIONS: "" },
    ...(context.signal && { signal: context.signal }),
  });
  const facts = parseFacts(result.stdout);
  if (result.code === 0 && facts?.values.join() === "7,10,15,22")
    return { version: facts.version, device: facts.device };
  const reason =
    result.stderr.split("\n").find((line) => /error|cannot|GLIBC/i.test(line)) ?? result.stderr.slice(-300);
  return fail(
    "environment",
    `The TensorFlow library does not work here: ${reason.trim() || `its process ended with ${result.code ?? "a signal"}`}`,
    "It needs glibc 2.27 or newer (not musl) and, on x86-64, a processor with AVX. Another library: PIPE_LIBTENSORFLOW=<folder or wheel>.",
  );
}

function parseFacts(stdout: string): (TensorflowFacts & { readonly values: readonly number[] }) | undefined {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) return undefined;
  return JSON.parse(line);
}
