/**
 * Replaces every secret in a text, also where it stands percent-encoded, as JSON has it, or as part of Basic credentials. Secrets shorter
 * than four characters are left alone: they would hit innocent words and protect nothing.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets.flatMap(spellings)) result = result.replaceAll(secret, "[redacted]");
  return redactSignatures(result);
}

/** Hides what makes a signed address work, e.g. `X-Goog-Signature=…`. */
function redactSignatures(text: string): string {
  return text.replace(/([?&](?:[\w-]*(?:signature|token|credential)|upload_id|sig)=)[^&\s"'>]+/gi, "$1[redacted]");
}

function spellings(secret: string): string[] {
  if (secret.length < 4) return [];
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])].sort(
    (a, b) => b.length - a.length,
  );
}
