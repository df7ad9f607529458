import { describe, expect, it } from "vitest";
import { queryGpus } from "../../../src/runner/resources/query-gpus.ts";
import { isAlive } from "../../rig/is-alive.ts";
import { installNvidiaSmi } from "../../rig/nvidia-smi.ts";
import { createProject } from "../../rig/project.ts";

describe("the driver, asked for its GPUs", () => {
  it("says the fields of each", async () => {
    await using project = await createProject();
    const environment = await installNvidiaSmi(project, 'echo "$1 $2"; echo "1, GPU-2"');
    expect(await queryGpus("index,uuid", { environment })).toEqual({
      state: "answered",
      text: "--query-gpu=index,uuid --format=csv,noheader,nounits\n1, GPU-2\n",
      problem: "",
    });
  });

  it("may not be there", async () => {
    await using project = await createProject();
    expect(await queryGpus("index", { environment: { PATH: project.folder } })).toMatchObject({ state: "missing" });
  });

  it("may have lost one GPU, and tells of the others", async () => {
    await using project = await createProject();
    const environment = await installNvidiaSmi(project, "echo '0, GPU-1'; echo 'GPU is lost'; exit 15");
    expect(await queryGpus("index,uuid", { environment })).toEqual({
      state: "failed",
      text: "0, GPU-1\nGPU is lost\n",
      problem: "GPU is lost",
    });
  });

  it("may hang, and is left alone then", async () => {
    await using project = await createProject();
    const environment = await installNvidiaSmi(project, `echo $$ > ${project.folder}/asked; exec sleep 600`);
    const stop = new AbortController();
    const answer = queryGpus("index", { environment, signal: stop.signal });
    await expect.poll(() => project.read("asked").catch(() => "")).toMatch(/\d+\n/);
    stop.abort();
    expect(await answer).toEqual({ state: "silent", text: "", problem: "" });
    expect(await queryGpus("index", { environment, timeoutMs: 100 })).toMatchObject({ state: "silent" });
    const pid = Number(await project.read("asked"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
