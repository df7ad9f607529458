import { stripVTControlCharacters } from "node:util";

const markup: unique symbol = Symbol("markup");

/** A piece of HTML. Only `html` makes one, so that no text of a user's gets into a page without being escaped. */
export interface Html {
  readonly [markup]: string;
}

type Part = string | number | undefined | Html | readonly Html[];

/** Markup with values in it: texts are escaped, HTML stays as it is, `undefined` is nothing. For texts and quoted attributes alike. */
export function html(written: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { [markup]: written.flatMap((text, index) => [text, toMarkup(parts[index])]).join("") };
}

/** The text of a page. */
export function formatHtml(page: Html): string {
  return page[markup];
}

function toMarkup(part: Part): string {
  if (part === undefined) return "";
  if (typeof part !== "object") return escapeText(String(part));
  return markup in part ? part[markup] : part.map(formatHtml).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Also without what steers a terminal, and with a visible sign for other characters that HTML does not allow. */
function escapeText(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be kept from the page
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, "\ufffd")
  );
}
