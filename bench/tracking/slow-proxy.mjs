import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** Stands before a server, and lets every call wait before it is passed on. `numCalls` counts them. */
export async function startSlowProxy(target, latencyMs) {
  const proxy = { url: "", numCalls: 0, close: () => server.close(() => {}) };
  const server = createServer(async (request, response) => {
    proxy.numCalls += 1;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    await delay(latencyMs);
    const { host: _, connection: __, ...headers } = request.headers;
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
    // The caller may have gone meanwhile.
    const answer = await fetch(`${target}${request.url}`, { method: request.method, headers, body }).catch(
      () => undefined,
    );
    if (answer === undefined) return request.socket.destroy();
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  return proxy;
}
