// Generated from schemas/stages/model-export.schema.json by `npm run generate`; do not edit.

/**
 * Writes a trained model in forms that other programs open: ONNX with the normalisation inside, an MLflow model of it, and a folder that timm loads. The MLflow model is logged to the stage's run.
 */
export interface ModelExportWith {
  /**
   * The model.
   */
  model: string;
  /**
   * The threshold of each class, kept in the MLflow model's metadata for who decides labels by its probabilities.
   */
  thresholds?: string;
}
