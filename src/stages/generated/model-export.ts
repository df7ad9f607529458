// Generated from schemas/stages/model-export.schema.json by `npm run generate`; do not edit.

/**
 * Writes a trained model in forms that other programs open: ONNX with the normalisation inside, and a folder that timm loads.
 */
export interface ModelExportWith {
  /**
   * The model.
   */
  model: string;
}
