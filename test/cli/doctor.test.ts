import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installNvidiaSmi } from "../rig/nvidia-smi.ts";
import { createProject } from "../rig/project.ts";

const noProxy = Object.fromEntries(
  ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
    [name, undefined],
    [name.toLowerCase(), undefined],
  ]),
);

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

  it("says whether others can read Kaggle's credentials, and what mends it", async () => {
    await using project = await createProject({ ".kaggle/kaggle.json": '{"username":"u","key":"planted-key"}' });
    const file = join(project.folder, ".kaggle/kaggle.json");
    const env = { ...noProxy, HOME: project.folder };
    await chmod(file, 0o644);
    const open = await project.pipe(["doctor"], { env });
    expect(open.stdout).toMatch(
      /– Kaggle +credentials from .*kaggle\.json, which other users of this machine can read\n/,
    );
    expect(open.stdout).toContain(` chmod 600 ${file}\n`);
    expect(open.stdout).not.toContain("Proxy");
    await chmod(file, 0o600);
    expect((await project.pipe(["doctor"], { env })).stdout).toMatch(/✓ Kaggle +credentials from .*kaggle\.json\n/);
  });

  it("names the proxies, without their passwords, and what is wrong with one", async () => {
    await using project = await createProject();
    const proxy = "http://someone:planted-password@proxy.example:3128";
    const env = { ...noProxy, HOME: project.folder };
    const good = await project.pipe(["doctor"], {
      env: { ...env, https_proxy: proxy, NO_PROXY: "a.example,.b.example" },
    });
    expect(good.stdout).toMatch(
      /✓ Proxy +to Kaggle and Hugging Face, https: proxy\.example:3128; without: a\.example, \.b\.example\n/,
    );
    expect(good.stdout).not.toContain("planted-password");
    const wrong = await project.pipe(["doctor"], { env: { ...env, HTTPS_PROXY: "socks5://one:1" } });
    expect(wrong).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/✗ Proxy +HTTPS_PROXY names a proxy that speaks socks5/),
    });
  });
});
