import { redact } from "../util/redact.ts";

/** Lets nothing that is written to a stream hold one of the secrets; what stands across two writes is not found. */
export function hideSecrets(stream: NodeJS.WriteStream, secrets: readonly string[]): void {
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
  const writeHidden = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    const hidden = redact(text, secrets);
    return write(hidden === text ? chunk : hidden, ...rest);
  };
  // One function for all the ways in which the method may be called.
  stream.write = writeHidden as typeof stream.write;
}
