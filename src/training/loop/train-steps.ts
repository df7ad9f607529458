import { FailureError, fail } from "../../base/failure.ts";
import { nextTurn } from "../../util/next-turn.ts";
import { shuffleIntoBatches } from "../batches/order.ts";
import { readBatches } from "../batches/read-ahead.ts";
import type { Tensor } from "../runtime/load.ts";
import { halveLimit } from "./micro-batches.ts";
import { type PlannedEpoch, smallestPart } from "./plan-epochs.ts";
import { type Step, type StepTraining, tryStep } from "./train-step.ts";

export interface EpochTraining extends StepTraining {
  /** Steps of this epoch that were done before (by a run that was interrupted). */
  readonly firstStep: number;
  /** The most samples at once. */
  readonly microBatch: number;
  /** A clock in milliseconds. */
  now(): number;
}

export type StepEvent =
  /** A step is done. Its loss is on the device, for the caller to dispose of; `waitedMs` is how long its images took to come. */
  | { readonly type: "stepped"; readonly loss: Tensor; readonly waitedMs: number }
  /** Memory ran out, and all is as before the step, which is tried again with so many samples at once. */
  | { readonly type: "shrunk"; readonly microBatch: number };

/**
 * The steps of one epoch. Order, augmentation and dropout depend on seed, epoch and step alone: an epoch begun in the middle
 * does what it would have done.
 */
export async function* trainSteps(given: EpochTraining): AsyncGenerator<StepEvent, void, void> {
  const { seed, epoch, firstStep, now } = given;
  const samples = given.samples.inEpoch?.(epoch.epoch) ?? given.samples;
  const training = { ...given, samples };
  const batches = shuffleIntoBatches(samples.numSamples, epoch.phase.batch, [seed, "shuffle", epoch.epoch]);
  let { microBatch } = training;
  let step = firstStep;
  let askedAt = now();
  for await (const batch of readBatches(samples, batches.slice(firstStep))) {
    const waitedMs = now() - askedAt;
    let attempt = tryStep(training, { batch, step, microBatch });
    while (attempt.type === "out-of-memory") {
      microBatch = shrink(training, { batch, step, microBatch }, attempt.cause);
      yield { type: "shrunk", microBatch };
      attempt = tryStep(training, { batch, step, microBatch });
    }
    step += 1;
    yield { type: "stepped", loss: attempt.loss, waitedMs };
    await nextTurn();
    askedAt = now();
  }
}

/** Reads losses, oldest first, and disposes of them; one that is not a number is a failure. */
export function readLosses(losses: Tensor[], { epoch, phase }: PlannedEpoch): number[] {
  return losses.splice(0).map((tensor) => {
    const loss = tensor.dataSync()[0] as number;
    tensor.dispose();
    if (Number.isFinite(loss)) return loss;
    return fail(
      "configuration",
      `The training loss became ${loss} in epoch ${epoch} (phase "${phase.name}"): the weights have grown without bounds.`,
      "Lower lr, or set clip_norm (1 is usual); if it comes at once, check the images and the stats.",
    );
  });
}

/** Half as many samples at once; where there are no fewer, a failure. */
function shrink({ epoch, samples }: EpochTraining, { batch, microBatch }: Step, cause: Error): number {
  const { name } = epoch.phase;
  const next = halveLimit(batch.numImages, microBatch, smallestPart(epoch.phase));
  if (next !== undefined) return next;
  const failure = {
    cause: "memory",
    message: `Even ${microBatch} samples of ${samples.size} px at a time do not fit into the device's memory (phase "${name}").`,
    hint: "Lower size, take a smaller arch, or a device with more memory.",
    detail: cause.message,
  } as const;
  throw new FailureError(failure, { cause });
}
