/** What an artifact is, so that a model cannot be wired into a place for thresholds. Files and folders as laid down in docs/reference/artifacts.md. */
export const artifactKinds = [
  "archive",
  "files",
  "file",
  "table",
  "dataset",
  "stats",
  "model",
  "predictions",
  "thresholds",
  "submission",
  "score",
] as const;

export type ArtifactKind = (typeof artifactKinds)[number];
