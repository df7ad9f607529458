import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** What an editor shows. */
export interface EditorDocument {
  /** Messages below wavy lines, as `line:column message`. */
  readonly diagnostics: readonly string[];
  /** What is offered at a place; lines and columns count from 1. */
  complete(line: number, column: number): Promise<readonly CompletionItem[]>;
  /** The text that appears over a place. */
  hover(line: number, column: number): Promise<string>;
}

export interface CompletionItem {
  readonly label: string;
  readonly documentation: string;
}

/** The YAML language server that editors run, over its standard input and output. */
export interface LanguageServer extends AsyncDisposable {
  /** Opens a text as if it were the file of that path. */
  open(path: string, text: string): Promise<EditorDocument>;
}

/** The part of the protocol that is used here. */
interface Results {
  readonly initialize: unknown;
  readonly "textDocument/completion": {
    readonly items: readonly { readonly label: string; readonly documentation?: string | { readonly value: string } }[];
  };
  readonly "textDocument/hover": { readonly contents: { readonly value: string } };
}

interface Published {
  readonly uri: string;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly range: { readonly start: { readonly line: number; readonly character: number } };
  }[];
}

interface Incoming {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

export async function startLanguageServer(): Promise<LanguageServer> {
  const folder = dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json"));
  const child = spawn(process.execPath, [join(folder, "bin", "yaml-language-server"), "--stdio"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const connection = connect(child);
  await connection.request("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  connection.notify("initialized", {});
  // Without the store of schemas on the web: tests reach no network.
  const yaml = { validate: true, hover: true, completion: true, schemaStore: { enable: false } };
  connection.notify("workspace/didChangeConfiguration", { settings: { yaml } });

  return {
    async open(path, text) {
      const uri = pathToFileURL(path).href;
      const published = connection.waitForDiagnostics(uri);
      connection.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
      const at = (line: number, column: number) => ({
        textDocument: { uri },
        position: { line: line - 1, character: column - 1 },
      });
      return {
        diagnostics: (await published).diagnostics.map(describe),
        async complete(line, column) {
          const { items } = await connection.request("textDocument/completion", at(line, column));
          return items.map(({ label, documentation }) => ({
            label,
            documentation: typeof documentation === "string" ? documentation : (documentation?.value ?? ""),
          }));
        },
        async hover(line, column) {
          const { contents } = await connection.request("textDocument/hover", at(line, column));
          return contents.value;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => child.once("close", resolve));
      child.kill();
      await closed;
    },
  };
}

function describe({ message, range: { start } }: Published["diagnostics"][number]): string {
  return `${start.line + 1}:${start.character + 1} ${message}`;
}

/** JSON-RPC with `Content-Length` headers. */
function connect(child: ChildProcess) {
  const answers = new Map<number, (result: unknown) => void>();
  const waiting = new Map<string, (params: Published) => void>();
  let nextId = 1;
  let buffer = Buffer.alloc(0);

  const send = (message: object) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };

  const receive = ({ id, method, params, result }: Incoming) => {
    if (method === undefined) answers.get(Number(id))?.(result);
    // The server asks for settings and registers abilities; none of that matters here, but it waits for an answer.
    else if (id !== undefined)
      send({ id, result: method === "workspace/configuration" ? [null, null, null, null] : null });
    else if (method === "textDocument/publishDiagnostics") {
      const published = params as Published; // as the protocol says
      waiting.get(published.uri)?.(published);
    }
  };

  child.stdout?.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const headEnd = buffer.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, Math.max(0, headEnd)).toString())?.[1]);
      const end = headEnd + 4 + length;
      if (headEnd === -1 || buffer.length < end) return;
      const body = buffer.subarray(headEnd + 4, end).toString();
      buffer = buffer.subarray(end);
      receive(JSON.parse(body) as Incoming);
    }
  });

  return {
    notify: (method: string, params: object) => send({ method, params }),
    request<Method extends keyof Results>(method: Method, params: object): Promise<Results[Method]> {
      const id = nextId++;
      send({ id, method, params });
      return new Promise((resolve) => answers.set(id, (result) => resolve(result as Results[Method])));
    },
    waitForDiagnostics: (uri: string) => new Promise<Published>((resolve) => waiting.set(uri, resolve)),
  };
}
