import { unreachable } from "../../util/unreachable.ts";
import { adamRule } from "./adam.ts";
import type { UpdateRule } from "./optimizer.ts";
import { sgdRule } from "./sgd.ts";

/** `optimizer` of `model/train`. */
export interface OptimizerSetting {
  readonly type?: "adam" | "adamw" | "sgd";
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
  readonly momentum?: number;
  readonly weight_decay?: number;
}

/** The update rule of a setting, with the defaults of the schema. */
export function createRule(setting: OptimizerSetting): UpdateRule {
  const {
    type = "adam",
    beta1 = 0.9,
    beta2 = 0.999,
    eps = 1e-8,
    momentum = 0.9,
    weight_decay: weightDecay = 0,
  } = setting;
  switch (type) {
    case "adam":
    case "adamw":
      return adamRule({ beta1, beta2, eps, weightDecay, decoupled: type === "adamw" });
    case "sgd":
      return sgdRule({ momentum, weightDecay });
    default:
      return unreachable(type);
  }
}
