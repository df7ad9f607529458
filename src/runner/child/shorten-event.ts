import type { StageEvent } from "../../base/event.ts";

/** Characters of a text that an event carries: whoever follows a run holds its events, and shows and searches them. */
export const maxTextLength = 16_384;

/** An event without the ends of texts that are too long to be shown to anybody; the stage's log has them whole. */
export function shortenEvent(event: StageEvent): StageEvent {
  switch (event.type) {
    case "log":
      return { ...event, text: cut(event.text) };
    case "progress": {
      const { activity, note } = event;
      return { ...event, activity: cut(activity), ...(note !== undefined && { note: cut(note) }) };
    }
    case "failed": {
      const { message, hint, detail } = event.failure;
      const failure = {
        ...event.failure,
        message: cut(message),
        ...(hint !== undefined && { hint: cut(hint) }),
        ...(detail !== undefined && { detail: cut(detail) }),
      };
      return { ...event, failure };
    }
    default:
      return event;
  }
}

function cut(text: string): string {
  if (text.length <= maxTextLength) return text;
  return `${text.slice(0, maxTextLength)}… (cut after ${maxTextLength} characters; the stage's log has all of it)`;
}
