import { beforeAll, describe, expect, it } from "vitest";
import { dtype, execute, executeOne, float } from "../../../src/training/runtime/execute.ts";
import { loadTensorflow, type Runtime } from "../../../src/training/runtime/load.ts";
import { uploadBytes, uploadFloats } from "../../../src/training/runtime/upload.ts";
import { loadTestTensorflow } from "../../rig/tensorflow.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await loadTestTensorflow();
});

describe("the TensorFlow runtime", () => {
  it("is TensorFlow 2.21 behind TensorFlow.js", () => {
    expect(runtime.binding.TF_Version).toBe("2.21.0");
    expect(runtime.tf.getBackend()).toBe("tensorflow");
  });

  it("runs an op by its name", () => {
    const x = uploadFloats(new Float32Array([-1, 2]), [2]);
    const y = executeOne("LeakyRelu", { T: dtype("float32"), alpha: float(0.5) }, [x]);
    expect([...y.dataSync()]).toEqual([-0.5, 2]);
    runtime.tf.dispose([x, y]);
  });

  it("takes bytes and casts them on the device", () => {
    const bytes = uploadBytes(new Uint8Array([0, 128, 255]), [3]);
    const floats = executeOne("Cast", { SrcT: dtype("uint8"), DstT: dtype("float32") }, [bytes]);
    expect([...floats.dataSync()]).toEqual([0, 128, 255]);
    runtime.tf.dispose([bytes, floats]);
  });

  it("counts raw results in tf.memory and gives them back in tidy", () => {
    const { tf } = runtime;
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const x = tf.tensor([3, 1, 2]);
      execute("TopKV2", { T: dtype("float32"), sorted: true }, [x, tf.scalar(2, "int32")], 2);
      expect(tf.memory().numTensors).toBe(before + 4);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("refuses a GPU where there is none", () => {
    if (runtime.device === "gpu") return;
    expect(() => loadTensorflow({ addon: "", device: "gpu", environment: {} })).toThrow(/A GPU is asked for/);
  });

  it("reports an op's own error", () => {
    const { tf } = runtime;
    const a = tf.zeros([2, 3]);
    const attributes = { T: dtype("float32"), transpose_a: false, transpose_b: false };
    expect(() => executeOne("MatMul", attributes, [a, a])).toThrow(/Matrix size-incompatible/);
    a.dispose();
  });
});
