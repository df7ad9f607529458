const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const invisible = /\p{Mark}|\u200b|\u200d|\ufe0f/u;

/** Columns that a text takes on a terminal: two for East Asian characters and emoji, none for combining marks. */
export function measureWidth(text: string): number {
  let width = 0;
  for (const character of text) width += invisible.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** A text of at most so many columns; an ellipsis at the end says that something is missing. */
export function cutToWidth(text: string, maxWidth: number): string {
  if (measureWidth(text) <= maxWidth) return text;
  let [kept, width] = ["", 0];
  for (const character of text) {
    width += measureWidth(character);
    if (width > maxWidth - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A text of somebody else's on one line: what moves a terminal's cursor or changes its colours becomes space. */
export function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}
