import { stringify } from "yaml";
import { type ModelDescription, namesOfClasses } from "../trained-model.ts";

/** The file of the network within the folder. */
export const onnxFileName = "model.onnx";

/** What runs the model. Python's version is the least that MLflow 3 takes in all its releases. */
const python = "3.10";
const requirements = ["mlflow>=3", "onnx>=1.16", "onnxruntime>=1.18"];

/**
 * The files, text by name, that make a folder with `model.onnx` an MLflow model of the flavours `onnx` and `python_function`. Nothing in them
 * depends on the time or the machine. The signature asks for the size of the training, though the network takes others:
 * on images of another size it is worse, and nobody would see it. `thresholds`: one per class, where there are some.
 */
export function describeMlflowModel(
  model: ModelDescription,
  thresholds: readonly number[] | undefined,
): Readonly<Record<string, string>> {
  const { arch, channels, size, numClasses, metrics } = model;
  const input = ["images", "uint8", [-1, channels.length, size, size]] as const;
  const outputs = ["logits", "probabilities"].map((name) => [name, "float32", [-1, numClasses]] as const);
  const description = {
    flavors: {
      onnx: {
        data: onnxFileName,
        onnx_version: "1.16.0",
        providers: ["CUDAExecutionProvider", "CPUExecutionProvider"],
      },
      python_function: {
        data: onnxFileName,
        env: { conda: "conda.yaml", virtualenv: "python_env.yaml" },
        loader_module: "mlflow.onnx",
        python_version: python,
      },
    },
    metadata: {
      arch,
      channels,
      classes: namesOfClasses(model),
      size,
      pixels: "uint8 from 0 to 255 as in the files; normalisation is in the model",
      ...(thresholds && { thresholds }),
      metrics,
    },
    mlflow_version: "3.0.0",
    saved_input_example_info: { artifact_path: "input_example.json", type: "ndarray" },
    signature: { inputs: toSchema([input]), outputs: toSchema(outputs), params: null },
  };
  const conda = {
    name: "mlflow-env",
    channels: ["conda-forge"],
    dependencies: [`python=${python}`, "pip", { pip: requirements }],
  };
  return {
    MLmodel: stringify(description),
    "input_example.json": `${JSON.stringify({ images: [blackImage(model)] })}\n`,
    "requirements.txt": requirements.map((line) => `${line}\n`).join(""),
    "python_env.yaml": stringify({ python, dependencies: ["-r requirements.txt"] }),
    "conda.yaml": stringify(conda),
  };
}

/** Tensors as MLflow's signature lists them: JSON within the YAML. */
function toSchema(tensors: readonly (readonly [name: string, dtype: string, shape: readonly number[]])[]): string {
  const specs = tensors.map(([name, dtype, shape]) => ({ name, type: "tensor", "tensor-spec": { dtype, shape } }));
  return JSON.stringify(specs);
}

/** [channels, size, size] */
function blackImage({ channels, size }: ModelDescription): number[][][] {
  return channels.map(() => Array.from({ length: size }, () => new Array<number>(size).fill(0)));
}
