/** What an artifact is, so that a model cannot be wired into a place for thresholds. Files and folders as laid down in docs/reference/artifacts.md. */
export const artifactShapes = {
  archive: "file",
  files: "folder",
  file: "file",
  table: "file",
  dataset: "folder",
  stats: "file",
  model: "folder",
  models: "folder",
  onnx: "file",
  "mlflow-model": "folder",
  predictions: "folder",
  thresholds: "file",
  submission: "file",
  score: "file",
} as const satisfies Record<string, "file" | "folder">;

export type ArtifactKind = keyof typeof artifactShapes;

/** Artifacts within artifacts, by the last name of the path to them: `best/model` in an artifact of kind `models`. */
export const artifactParts: Readonly<Partial<Record<ArtifactKind, Readonly<Record<string, ArtifactKind>>>>> = {
  models: { model: "model", validation: "predictions" },
};

export const artifactKinds = Object.keys(artifactShapes) as readonly ArtifactKind[];
