import type { Json } from "../base/json.ts";

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  ...{ KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
};

/** `90s` or `1.5h` in ms; `undefined` for what is no duration. */
export function parseDuration(value: Json | undefined): number | undefined {
  return parseQuantity(value, milliseconds);
}

/** `8 GB` or `512MiB` in bytes; `undefined` for what is no amount of memory. */
export function parseBytes(value: Json | undefined): number | undefined {
  return parseQuantity(value, bytes);
}

/** `5 MB/s` in bytes a second; `undefined` for what is no such rate. */
export function parseByteRate(value: Json | undefined): number | undefined {
  return typeof value === "string" && value.endsWith("/s") ? parseBytes(value.slice(0, -2)) : undefined;
}

function parseQuantity(value: Json | undefined, units: Readonly<Record<string, number>>): number | undefined {
  const [, number, unit] = (typeof value === "string" && /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(value)) || [];
  const factor = units[unit ?? ""];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}
