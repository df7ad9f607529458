/** A text of at most so many characters; an ellipsis at the end says that something is missing. */
export function shorten(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}
