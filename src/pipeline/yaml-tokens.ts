import { Lexer } from "yaml";

export interface YamlToken {
  readonly text: string;
  readonly offset: number;
}

/**
 * The tokens of a YAML text, valid or not, in its order. Neither nests nor calls itself, whatever the text. `onLexeme` gets
 * the lexer's marks too.
 */
export function* lexYaml(text: string, onLexeme?: (lexeme: string) => void): Generator<YamlToken> {
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    onLexeme?.(token);
    if (isMark(token)) continue;
    yield { text: token, offset };
    offset += token.length;
  }
}

/** Marks that the lexer puts between tokens; they stand for no text. */
function isMark(token: string): boolean {
  return token === "\u0002" || token === "\u0018" || token === "\u001f";
}

/** The last bracket or quote before `end` that is opened and not closed there. */
export function findUnclosed(text: string, end: number): YamlToken | undefined {
  const open: YamlToken[] = [];
  for (const token of lexYaml(text)) {
    if (token.offset >= end) break;
    const [first] = token.text;
    if (token.text === "{" || token.text === "[") open.push(token);
    else if (token.text === "}" || token.text === "]") open.pop();
    else if ((first === '"' || first === "'") && !isClosed(token.text)) return { text: first, offset: token.offset };
  }
  return open.at(-1);
}

function isClosed(quoted: string): boolean {
  return quoted.length > 1 && quoted.endsWith(quoted[0] ?? "");
}
