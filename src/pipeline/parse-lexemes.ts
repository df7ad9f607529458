import type { Document, DocumentOptions, ParseOptions, SchemaOptions } from "yaml";
import { Composer, Parser, YAMLParseError } from "yaml";

/** As the library's `parseDocument`, of the lexemes of a text of `length` characters: cutting it up once more takes long. */
export function parseLexemes(
  lexemes: readonly string[],
  length: number,
  options: DocumentOptions & ParseOptions & SchemaOptions,
): Document.Parsed {
  const documents = new Composer(options).compose(parseTokens(lexemes), true, length);
  // There is always one, be it empty.
  const document = documents.next().value as Document.Parsed;
  const second = documents.next();
  if (second.done !== true) {
    const message = "the text holds several documents";
    document.errors.push(
      new YAMLParseError(second.value.range.slice(0, 2) as [number, number], "MULTIPLE_DOCS", message),
    );
  }
  return document;
}

function* parseTokens(lexemes: readonly string[]): ReturnType<Parser["parse"]> {
  const parser = new Parser();
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}
