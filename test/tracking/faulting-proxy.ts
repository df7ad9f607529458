import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/**
 * What happens to a request on its way: nothing, it is refused, its sender is not known, it is carried out and its answer is lost, its sender hears
 * nothing and it is carried out after a while, it gets no further than the proxy, which answers by itself, or its answer is changed on the way.
 */
export type Fault =
  | "none"
  | "refuse"
  | "reject"
  | "unauthorized"
  | "lose-answer"
  | { readonly type: "late"; readonly until: Promise<void> }
  | ProxyAnswer
  | { readonly type: "change"; readonly change: (text: string) => string };

export interface ProxyAnswer {
  readonly type: "answer";
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ProxiedRequest {
  /** From 0. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** Stands before a real server and makes bad weather. */
export interface FaultingProxy extends AsyncDisposable {
  readonly url: string;
  /** The address of the server behind; another one may take its place. */
  target: string;
  /** Decides over each request. */
  fault: (request: ProxiedRequest) => Fault | Promise<Fault>;
  latencyMs: number;
  readonly numRequests: number;
  /** Resolves when the request of that number has come. */
  waitForRequest(number: number): Promise<void>;
  /** Resolves when nothing is on its way to the server any more, also of callers that are gone. */
  waitForQuiet(): Promise<void>;
  /** Resolves when everything that was late has been carried out. */
  waitForLate(): Promise<void>;
}

export async function startFaultingProxy(target: string): Promise<FaultingProxy> {
  let numRequests = 0;
  const late: Promise<unknown>[] = [];
  const underWay = new Set<Promise<void>>();
  const waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    // A caller that is killed while it still speaks is part of the game; anything else is a bug of this proxy and must show.
    const handled = handle(request, response).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET") throw error;
    });
    underWay.add(handled);
    void handled.finally(() => underWay.delete(handled));
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = numRequests;
    numRequests += 1;
    for (const one of waiting) if (one.number <= number) one.resolve();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (proxy.latencyMs > 0) await delay(proxy.latencyMs);
    const path = request.url ?? "/";
    const body = Buffer.concat(chunks);
    const { headers: sent } = request;
    const method = request.method ?? "GET";
    const fault = await proxy.fault({ number, method, path, body: body.toString(), headers: sent });
    if (fault === "refuse") return answerInjected(500, "INTERNAL_ERROR");
    if (fault === "unauthorized") return answerInjected(401, "UNAUTHENTICATED");
    if (fault === "reject") return answerInjected(400, "INVALID_PARAMETER_VALUE");
    const forward = async () => {
      // Each call by a connection of its own: of one that was idle for a while the server may let go at that very moment.
      const { host: _, ...headers } = request.headers;
      const answer = await fetch(`${proxy.target}${path}`, {
        method: request.method ?? "GET",
        headers: { ...(headers as Record<string, string>), connection: "close" },
        body: body.length > 0 ? body : null,
      });
      return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
    };
    if (typeof fault === "object" && fault.type === "answer") {
      return void response.writeHead(fault.status, fault.headers).end(fault.text);
    }
    if (typeof fault === "object" && fault.type === "late") {
      late.push(fault.until.then(forward));
      return void request.socket.destroy();
    }
    const forwarded = await forward().catch(() => undefined);
    if (fault === "lose-answer" || forwarded === undefined) return void request.socket.destroy();
    const { answer, bytes } = forwarded;
    const changed = typeof fault === "object" ? Buffer.from(fault.change(bytes.toString())) : bytes;
    response
      .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" })
      .end(changed);

    function answerInjected(status: number, code: string): void {
      response.writeHead(status).end(JSON.stringify({ error_code: code, message: "injected" }));
    }
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const proxy: FaultingProxy = {
    url: `http://127.0.0.1:${address.port}`,
    target,
    fault: () => "none",
    latencyMs: 0,
    get numRequests() {
      return numRequests;
    },
    waitForRequest: (number) =>
      numRequests > number ? Promise.resolve() : new Promise((resolve) => waiting.push({ number, resolve })),
    async waitForQuiet() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async waitForLate() {
      await Promise.all(late);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
