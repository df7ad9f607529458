import { readFile } from "node:fs/promises";
import type { InitializeHook, LoadHook, ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/wasm-typescript";
import { sha256 } from "../../util/sha256.ts";
import type { HookData } from "./load-own-kind.ts";

// Node runs these in a thread of their own, which is told once what it needs.
let data: HookData = { digests: {}, authoring: "" };

export const initialize: InitializeHook<HookData> = (told) => {
  data = told;
};

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === "pipe/stage" ? { url: data.authoring, shortCircuit: true } : next(specifier, context);

/** Types become spaces, so that lines and columns in stack traces are those of the user's file. */
export const load: LoadHook = async (url, context, next) => {
  const { pathname, protocol } = new URL(url);
  const isOwn = protocol === "file:" && url in data.digests;
  const isTypeScript = /\.m?ts$/.test(pathname);
  if (!isOwn && (!isTypeScript || pathname.includes("/node_modules/"))) return next(url, context);
  const file = fileURLToPath(url);
  const source = await readFile(file, "utf8");
  if (!isOwn)
    throw new Error(`${file} is imported in a way that cannot be seen beforehand; write its path as a plain text.`);
  if (sha256(source) !== data.digests[url]) {
    throw new Error(`${file} was changed since the run was planned; run the same command again.`);
  }
  return isTypeScript ? { format: "module", source: strip(source, file), shortCircuit: true } : next(url, context);
};

function strip(source: string, file: string): string {
  try {
    return transformSync(source, { mode: "strip-only", module: true, filename: file }).code;
  } catch (error) {
    throw new Error(describeMistake(error, file));
  }
}

/** The compiler throws plain objects. */
function describeMistake(error: unknown, file: string): string {
  const { message, snippet, startLine, startColumn } = error as Partial<
    Record<"message" | "snippet", string> & Record<"startLine" | "startColumn", number>
  >;
  const place = startLine === undefined ? file : `${file}:${startLine}:${(startColumn ?? 0) + 1}`;
  return [`${place} ${message ?? String(error)}`, snippet?.trimEnd()].filter((part) => part !== undefined).join("\n");
}
