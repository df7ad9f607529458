/**
 * Replaces every secret in a text, also where it stands percent-encoded, as JSON has it, or in base64. Secrets shorter than four characters
 * are left alone: they would hit innocent words and protect nothing.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets.flatMap(spellings)) result = result.replaceAll(secret, "[redacted]");
  return redactSignatures(result);
}

/** Servers take no longer addresses. */
const longestAddress = 8_192;

/**
 * Where a text that goes on may be cut so that `redact` finds in its two parts what it would find in the whole; 0 when more of it has to be
 * seen first. About the longest secret, or a signed address, is kept back.
 */
export function findRedactableCut(text: string, secrets: readonly string[]): number {
  const hidden = secrets.flatMap(spellings);
  const longest = Math.max(1, ...hidden.map(({ length }) => length));
  let cut = beforeAddress(text, text.length - longest + 1);
  for (let isMoving = true; isMoving; ) {
    const before = cut;
    for (const secret of hidden) {
      const start = text.indexOf(secret, Math.max(0, cut - secret.length + 1));
      if (start !== -1 && start < cut) cut = start;
    }
    isMoving = cut < before;
  }
  // The two halves of one letter stay together.
  return /[\uD800-\uDBFF]/.test(text.charAt(cut - 1)) ? cut - 1 : cut;
}

/** The place behind the last character that no address has: the beginning when all may be one, and the same place when that would be too long. */
function beforeAddress(text: string, end: number): number {
  const farthest = end - longestAddress;
  for (let index = end; index > farthest; index--)
    if (index <= 0) return 0;
    else if (/[\s"'<>]/.test(text.charAt(index - 1))) return index;
  return end;
}

/** Hides what makes a signed address work, e.g. `X-Goog-Signature=…`. */
function redactSignatures(text: string): string {
  return text.replace(/([?&](?:[\w-]*(?:signature|token|credential)|upload_id|sig)=)[^&\s"'>]+/gi, "$1[redacted]");
}

function spellings(secret: string): string[] {
  if (secret.length < 4) return [];
  const all = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...inBase64(secret)];
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}

/** As `base64` prints it; without the last letters, which also depend on what follows, such as the end of a line. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // What is as short as a word would be found in words.
  return bytes.length < 9 ? [] : [bytes.subarray(0, bytes.length - (bytes.length % 3)).toString("base64")];
}
