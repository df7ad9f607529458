import { fail } from "../../base/failure.ts";
import { unreachable } from "../../util/unreachable.ts";
import { createAsymmetricLoss } from "./asymmetric-loss.ts";
import { createBinaryLoss } from "./binary-loss.ts";
import type { Loss } from "./loss.ts";
import { createLovaszLoss } from "./lovasz-loss.ts";
import type { Reduction } from "./reduction.ts";
import { createSoftF1Loss } from "./soft-f1-loss.ts";
import { createWeightedSum } from "./weighted-sum.ts";

/** `loss` of `model/train`. */
export type LossSetting =
  | SingleLossSetting
  | { readonly type: "sum"; readonly terms: readonly { readonly weight?: number; readonly loss: SingleLossSetting }[] };

type SingleLossSetting =
  | {
      readonly type: "focal";
      readonly gamma?: number;
      /** Weight of labels that are 1; those that are 0 get 1 - alpha. Without it both weigh 1. */
      readonly alpha?: number;
      readonly reduction?: Reduction;
    }
  | {
      readonly type: "bce";
      /** Weight of labels that are 1: of all, or one for each class. */
      readonly pos_weight?: number | readonly number[];
      readonly reduction?: Reduction;
    }
  | {
      readonly type: "asymmetric";
      readonly gamma_neg?: number;
      readonly gamma_pos?: number;
      readonly clip?: number;
      readonly reduction?: Reduction;
    }
  | { readonly type: "soft_f1" }
  | { readonly type: "lovasz" };

/** A loss by its setting, each with the defaults of the schema. Weights for another number of classes are a failure. */
export function createLoss(setting: LossSetting, numClasses: number): Loss {
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
        positiveWeight: checkWeights(setting.pos_weight ?? 1, numClasses),
        negativeWeight: 1,
        reduction: setting.reduction ?? "mean",
      });
    case "asymmetric":
      return createAsymmetricLoss({
        gammaNegative: setting.gamma_neg ?? 4,
        gammaPositive: setting.gamma_pos ?? 1,
        clip: setting.clip ?? 0.05,
        reduction: setting.reduction ?? "batch_mean",
      });
    case "soft_f1":
      return createSoftF1Loss();
    case "lovasz":
      return createLovaszLoss();
    case "sum":
      return createWeightedSum(
        setting.terms.map(({ weight = 1, loss }) => ({ weight, loss: createLoss(loss, numClasses) })),
      );
    default:
      return unreachable(setting);
  }
}

function checkWeights(weights: number | readonly number[], numClasses: number): number | readonly number[] {
  if (typeof weights === "number" || weights.length === numClasses) return weights;
  return fail(
    "configuration",
    `pos_weight has ${weights.length} weights; the dataset has ${numClasses} classes.`,
    "Give one weight for each class, or one number for all.",
  );
}
