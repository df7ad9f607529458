import { describe, expect, it } from "vitest";
import { parseGpuUsage, selectVisible } from "../../../src/runner/executor/gpu-usage.ts";

const mebibyte = 2 ** 20;
const idle = "0, GPU-5a1cbd30-4a4b-2a6c-9d20-0f60e1e2a6a7, 0, 4, 81559, 69.28, 700.00";
const busy = "1, GPU-8932f937-d72c-4106-c12f-20bd9faed9f6, 97, 61203, 81559, 641.50, 700.00";

describe("parseGpuUsage", () => {
  it("reads a line for each card", () => {
    expect(parseGpuUsage(`${idle}\n${busy}\n`)).toEqual([
      {
        index: 0,
        uuid: "GPU-5a1cbd30-4a4b-2a6c-9d20-0f60e1e2a6a7",
        utilization: 0,
        memoryBytes: 4 * mebibyte,
        totalMemoryBytes: 81559 * mebibyte,
        powerWatts: 69.28,
        powerLimitWatts: 700,
      },
      {
        index: 1,
        uuid: "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
        utilization: 97,
        memoryBytes: 61203 * mebibyte,
        totalMemoryBytes: 81559 * mebibyte,
        powerWatts: 641.5,
        powerLimitWatts: 700,
      },
    ]);
  });

  it.each([
    [
      "a card divided by MIG",
      "0, GPU-1, [N/A], 40536, 81559, 240.11, 500.00",
      { utilization: undefined, powerWatts: 240.11 },
    ],
    ["a laptop without a limit of power", "0, GPU-1, 35, 512, 6144, 14.02, [N/A]", { powerLimitWatts: undefined }],
    ["memory shared with the processor", "0, GPU-1, 12, [N/A], [N/A], 41.00, [N/A]", { memoryBytes: undefined }],
    [
      "an old driver",
      "0, GPU-1, [Not Supported], 512, 2004, [Not Supported], [Not Supported]",
      { memoryBytes: 512 * mebibyte },
    ],
    ["a sensor that fails", "0, GPU-1, 99, 512, 2004, [Unknown Error], 250.00", { powerWatts: undefined }],
    ["ends of lines of Windows", "0, GPU-1, 35, 512, 6144, 14.02, 120.00\r", { powerLimitWatts: 120 }],
  ])("leaves out what is not told: %s", (_, line, expected) => {
    const gpus = parseGpuUsage(`${line}\n`);
    expect(gpus).toMatchObject([{ index: 0, ...expected }]);
  });

  it.each([
    "",
    "No devices were found\n",
    "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95\n",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n\n",
    'Field "enforced.power.limit" is not a valid field to query.\n\n',
    "0, 1, 2\n",
  ])("finds no card in %j", (text) => {
    expect(parseGpuUsage(text)).toEqual([]);
  });

  it("finds the other cards when one is lost", () => {
    const lost = "Unable to determine the device handle for GPU0000:3B:00.0: Unknown Error";
    expect(parseGpuUsage(`${lost}\n${busy}\n`).map(({ index }) => index)).toEqual([1]);
  });
});

describe("selectVisible", () => {
  const gpus = parseGpuUsage(`${idle}\n${busy}\n`);
  it.each([
    [undefined, [0, 1]],
    ["", []],
    ["1", [1]],
    ["1, 0", [0, 1]],
    ["GPU-8932", [1]],
    ["MIG-GPU-8932f937", []],
    ["-1", []],
  ])("with CUDA_VISIBLE_DEVICES=%s shows %j", (visible, expected) => {
    expect(selectVisible(gpus, visible).map(({ index }) => index)).toEqual(expected);
  });
});
