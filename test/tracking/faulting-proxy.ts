import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** What happens to a request on its way: nothing, it is refused, or it is carried out and its answer is lost. */
export type Fault = "none" | "refuse" | "lose-answer";

/** Stands before a real server and makes bad weather. */
export interface FaultingProxy extends AsyncDisposable {
  readonly url: string;
  /** Decides over each request, by its number from 0. */
  fault: (request: { readonly number: number; readonly method: string; readonly path: string }) => Fault;
  latencyMs: number;
  readonly numRequests: number;
  /** Resolves when the request of that number has come. */
  waitForRequest(number: number): Promise<void>;
}

export async function startFaultingProxy(target: string): Promise<FaultingProxy> {
  let numRequests = 0;
  const waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    const number = numRequests;
    numRequests += 1;
    for (const one of waiting) if (one.number <= number) one.resolve();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (proxy.latencyMs > 0) await delay(proxy.latencyMs);
    const path = request.url ?? "/";
    const fault = proxy.fault({ number, method: request.method ?? "GET", path });
    if (fault === "refuse")
      return void response.writeHead(500).end('{"error_code":"INTERNAL_ERROR","message":"injected"}');
    const { host: _, connection: __, ...headers } = request.headers;
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
    const answer = await fetch(`${target}${path}`, {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      body,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (fault === "lose-answer") return void request.socket.destroy();
    response
      .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" })
      .end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const proxy: FaultingProxy = {
    url: `http://127.0.0.1:${address.port}`,
    fault: () => "none",
    latencyMs: 0,
    get numRequests() {
      return numRequests;
    },
    waitForRequest: (number) =>
      numRequests > number ? Promise.resolve() : new Promise((resolve) => waiting.push({ number, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
