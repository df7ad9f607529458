import { sha256 } from "../util/sha256.ts";
import { shorten } from "../util/shorten.ts";
import type { MlflowMetric, MlflowPair } from "./mlflow-entities.ts";

/** What one `runs/log-batch` takes (mlflow/utils/validation.py). */
const perBatch = { metrics: 1000, params: 100, tags: 100, entities: 1000, bytes: 900_000 } as const;
const maxKey = 250;
const maxParam = 6000;
const maxTag = 8000;

export interface Batch {
  readonly metrics: readonly MlflowMetric[];
  readonly params: readonly MlflowPair[];
  readonly tags: readonly MlflowPair[];
}

/** Divides entities into batches that the server takes. */
export function divideIntoBatches({ metrics, params, tags }: Batch): Batch[] {
  const batches: { metrics: MlflowMetric[]; params: MlflowPair[]; tags: MlflowPair[]; bytes: number }[] = [];
  const add = <Kind extends keyof Batch>(kind: Kind, entity: Batch[Kind][number]): void => {
    const bytes = Buffer.byteLength(JSON.stringify(entity));
    let last = batches.at(-1);
    const isFull =
      last &&
      (last[kind].length >= perBatch[kind] ||
        last.metrics.length + last.params.length + last.tags.length >= perBatch.entities ||
        last.bytes + bytes > perBatch.bytes);
    if (!last || isFull) {
      last = { metrics: [], params: [], tags: [], bytes: 0 };
      batches.push(last);
    }
    (last[kind] as Batch[Kind][number][]).push(entity);
    last.bytes += bytes;
  };
  for (const param of params) add("params", param);
  for (const tag of tags) add("tags", tag);
  for (const metric of metrics) add("metrics", metric);
  return batches.map(({ bytes: _, ...batch }) => batch);
}

const digestLength = 8;

/**
 * A name that the server takes: letters and digits of any script, `_-./ ` and spaces, at most 250, and a path that leads nowhere else. A name that
 * has to be changed gets a digest, so that no two become the same.
 */
export function toKey(name: string, maxLength = maxKey): string {
  const changed = changeName(name);
  if (name !== "" && changed === name && name.length <= maxLength) return name;
  // Whole characters only.
  const kept = changed.slice(0, maxLength - digestLength - 1).replace(/[\ud800-\udbff]$/, "");
  return `${kept}-${sha256(name).slice(0, digestLength)}`;
}

function changeName(name: string): string {
  const parts = name.replaceAll(/[^\p{L}\p{N}_./ -]/gu, "_").split("/");
  return parts
    .filter((part) => part !== "" && part !== ".")
    .map((part) => part.replaceAll(/\.{2,}/g, "_"))
    .join("/");
}

export const toParam = (key: string, value: unknown): MlflowPair => ({
  key: toKey(key),
  value: toStorable(toText(value), maxParam),
});

export const toTag = (key: string, value: string): MlflowPair => ({
  key: toKey(key),
  value: toStorable(value, maxTag),
});

function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Half a character, left by a cut or by the text's maker, or NUL: no database takes them. */
function toStorable(text: string, limit: number): string {
  return Buffer.from(shorten(text, limit)).toString().replaceAll("\0", "\ufffd");
}
