import { unreachable } from "../../util/unreachable.ts";
import { createBinaryLoss, type Reduction } from "./binary-loss.ts";
import type { Loss } from "./loss.ts";

/** `loss` of `model/train`. */
export type LossSetting =
  | {
      readonly type: "focal";
      readonly gamma?: number;
      /** Weight of labels that are 1; those that are 0 get 1 - alpha. Without it both weigh 1. */
      readonly alpha?: number;
      readonly reduction?: Reduction;
    }
  | {
      readonly type: "bce";
      /** Weight of labels that are 1. */
      readonly pos_weight?: number;
      readonly reduction?: Reduction;
    };

/** Focal loss (Lin et al. 2017) or binary cross-entropy, each with the defaults of the schema. */
export function createLoss(setting: LossSetting): Loss {
  switch (setting.type) {
    case "focal":
      return createBinaryLoss({
        gamma: setting.gamma ?? 2,
        positiveWeight: setting.alpha ?? 1,
        negativeWeight: setting.alpha === undefined ? 1 : 1 - setting.alpha,
        reduction: setting.reduction ?? "batch_mean",
      });
    case "bce":
      return createBinaryLoss({
        gamma: 0,
        positiveWeight: setting.pos_weight ?? 1,
        negativeWeight: 1,
        reduction: setting.reduction ?? "mean",
      });
    default:
      return unreachable(setting);
  }
}
