import { join } from "node:path";
import { encodeOnnx } from "../training/export/onnx.ts";
import { toOnnx } from "../training/export/onnx-network.ts";
import { toTimm } from "../training/export/timm.ts";
import { loadModelDescription, loadWeights } from "../training/trained-model.ts";
import { saveSafetensors } from "../training/weights/safetensors.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { writeChunks } from "../util/write-chunks.ts";
import type { ModelExportWith } from "./generated/model-export.ts";
import type { StageKind } from "./stage-kind.ts";

/** Writes a trained model in forms that other programs open: ONNX, and a folder that timm loads. */
export const modelExport: StageKind<ModelExportWith> = {
  uses: "model/export",
  async run(stage) {
    const model = await loadModelDescription(stage.with.model);
    const weights = await loadWeights(stage.with.model);

    const { chunks, byteLength } = encodeOnnx(toOnnx(model, weights));
    await writeChunks(stage.output("onnx"), chunks);
    stage.metric("export/onnx_bytes", byteLength);

    const folder = stage.output("timm");
    const { config, network, head } = toTimm(model, weights);
    // PyTorch's readers refuse a safetensors file that does not say whose layout its arrays have.
    await saveSafetensors(join(folder, "model.safetensors"), network, { format: "pt" });
    if (head) await saveSafetensors(join(folder, "head.safetensors"), head, { format: "pt" });
    await atomicWrite(join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  },
};
