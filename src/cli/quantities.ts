import { err, ok, type Result } from "../base/result.ts";

const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const durationUnits: Readonly<Record<string, number>> = {
  s: 1e3,
  min: 60e3,
  h: 3_600e3,
  d: 86_400e3,
  w: 604_800e3,
};

/** `20GB`, `1.5 TiB` in bytes, or what was expected. */
export function parseSize(text: string): Result<number, string> {
  return parseQuantity(text, sizeUnits, "a size such as 20GB or 500MB");
}

/** `30d`, `12h`, `90min` in ms, or what was expected. */
export function parseDuration(text: string): Result<number, string> {
  return parseQuantity(text, durationUnits, "a time such as 30d, 12h or 90min");
}

function parseQuantity(
  text: string,
  units: Readonly<Record<string, number>>,
  expected: string,
): Result<number, string> {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (number === undefined || factor === undefined) return err(`${expected}; units: ${Object.keys(units).join(", ")}`);
  return ok(Number(number) * factor);
}
