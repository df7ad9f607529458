const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const invisible = /\p{Mark}|\u200b|\u200d|\ufe0f/u;
const plain = /^[ -~]*$/;

/** Columns that a text takes on a terminal: two for East Asian characters and emoji, none for combining marks. */
export function measureWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

function widthOf(character: string): number {
  return invisible.test(character) ? 0 : wide.test(character) ? 2 : 1;
}

/** As much of a text's beginning as so many columns hold. */
export function takeColumns(text: string, columns: number): string {
  let width = 0;
  let length = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) break;
    length += character.length;
  }
  return text.slice(0, length);
}

/** A text of at most so many columns; an ellipsis at the end says that something is missing. */
export function cutToWidth(text: string, maxWidth: number): string {
  return measureWidth(text) <= maxWidth ? text : `${takeColumns(text, maxWidth - 1)}…`;
}

/** A text of somebody else's on one line: what moves a terminal's cursor or changes its colours becomes space. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

/** Tabs as one column, as their place counts, and control characters, which could steer the terminal, as dots. */
export function makePrintable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be kept from the terminal
  return text.replaceAll("\t", " ").replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "·");
}
