import { describe, expect, it } from "vitest";
import { installNvidiaSmi } from "../rig/nvidia-smi.ts";
import { createProject } from "../rig/project.ts";

describe("pipe doctor", () => {
  const gpuLine = (stdout: string): string | undefined => stdout.split("\n").find((line) => / GPU /.test(line));

  it("says that the driver hangs, and hangs not itself", async () => {
    await using project = await createProject();
    const env = await installNvidiaSmi(project, "exec sleep 600");
    const { code, stdout } = await project.pipe(["doctor"], { env });
    expect(code).toBe(1);
    expect(gpuLine(stdout)).toMatch(/^✗ GPU +nvidia-smi does not answer within 10 s$/);
  });

  it("says why the driver fails", async () => {
    await using project = await createProject();
    const problem = "Failed to initialize NVML: Driver/library version mismatch";
    const env = await installNvidiaSmi(project, `echo '${problem}'; exit 18`);
    const { stdout } = await project.pipe(["doctor"], { env });
    expect(gpuLine(stdout)).toMatch(new RegExp(`^– GPU +nvidia-smi fails: ${problem}; training uses the processor$`));
  });
});
