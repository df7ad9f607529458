import { join } from "node:path";
import { loadThresholds } from "../data/thresholds.ts";
import { describeMlflowModel, onnxFileName } from "../training/export/mlflow.ts";
import { encodeOnnx } from "../training/export/onnx.ts";
import { toOnnx } from "../training/export/onnx-network.ts";
import { toTimm } from "../training/export/timm.ts";
import { loadModelDescription, loadWeights } from "../training/trained-model.ts";
import { saveSafetensors } from "../training/weights/safetensors.ts";
import { atomicWrite } from "../util/atomic-write.ts";
import { writeChunks } from "../util/write-chunks.ts";
import type { ModelExportWith } from "./generated/model-export.ts";
import type { StageKind } from "./stage-kind.ts";

/** Writes a trained model in forms that other programs open: ONNX, an MLflow model, and a folder that timm loads. */
export const modelExport: StageKind<ModelExportWith> = {
  uses: "model/export",
  async run(stage) {
    const model = await loadModelDescription(stage.with.model);
    const weights = await loadWeights(stage.with.model);
    const { thresholds: path } = stage.with;
    const thresholds = path === undefined ? undefined : (await loadThresholds(path, model.numClasses)).thresholds;

    const { chunks, byteLength } = encodeOnnx(toOnnx(model, weights));
    await writeChunks(stage.output("onnx"), chunks);
    stage.metric("export/onnx_bytes", byteLength);

    const mlflow = stage.output("mlflow");
    await writeChunks(join(mlflow, onnxFileName), chunks);
    const files = describeMlflowModel(model, thresholds);
    for (const [name, text] of Object.entries(files)) await atomicWrite(join(mlflow, name), text);

    const timm = stage.output("timm");
    const { config, network, head } = toTimm(model, weights);
    // PyTorch's readers refuse a safetensors file that does not say whose layout its arrays have.
    await saveSafetensors(join(timm, "model.safetensors"), network, { format: "pt" });
    if (head) await saveSafetensors(join(timm, "head.safetensors"), head, { format: "pt" });
    await atomicWrite(join(timm, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  },
};
