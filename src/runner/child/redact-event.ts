import type { StageEvent } from "../../base/event.ts";
import { redact } from "../../util/redact.ts";

/**
 * An event without secrets in the texts that people read: what a command printed, what goes on, why it failed, what a data set is called, which
 * may be the address of a database. Other names, numbers and paths are left as they are; conditions and files count on them.
 */
export function redactEvent(event: StageEvent, secrets: readonly string[]): StageEvent {
  const hide = (text: string): string => redact(text, secrets);
  switch (event.type) {
    case "log":
      return { ...event, text: hide(event.text) };
    case "progress": {
      const { note, activity } = event;
      return { ...event, activity: hide(activity), ...(note !== undefined && { note: hide(note) }) };
    }
    case "dataset":
      return { ...event, name: hide(event.name) };
    case "failed": {
      const { message, hint, detail } = event.failure;
      const failure = {
        ...event.failure,
        message: hide(message),
        ...(hint !== undefined && { hint: hide(hint) }),
        ...(detail !== undefined && { detail: hide(detail) }),
      };
      return { ...event, failure };
    }
    default:
      return event;
  }
}
