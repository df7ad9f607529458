import { createServer, request as sendRequest } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface HttpProxyOptions {
  /** Where each name leads: port of this machine by `host:port`. Nobody else can find these names. */
  readonly places: Readonly<Record<string, number>>;
  /** `user:password` that callers must give. */
  readonly login?: string;
}

/** An HTTP proxy on the loopback interface. */
export interface HttpProxy extends AsyncDisposable {
  readonly port: number;
  /** What was asked for: `CONNECT host:port`, or a plain request's verb and address. */
  readonly asked: string[];
  /** The status with which it answers everything, if any. */
  refusal: number | undefined;
}

export async function startHttpProxy({ places, login }: HttpProxyOptions): Promise<HttpProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const expected = login && `Basic ${Buffer.from(login).toString("base64")}`;
  const proxy = { refusal: undefined as number | undefined };
  const judge = (header: string | undefined, place: string): number =>
    proxy.refusal ?? (header !== expected ? 407 : places[place] === undefined ? 502 : 200);
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { host, pathname, search } = new URL(request.url ?? "");
    const place = host.includes(":") ? host : `${host}:80`;
    const status = judge(request.headers["proxy-authorization"], place);
    if (status !== 200) {
      response.writeHead(status).end();
      return;
    }
    const { "proxy-authorization": _, ...headers } = request.headers;
    const address = {
      host: "127.0.0.1",
      port: places[place],
      path: pathname + search,
      method: request.method,
      headers,
    };
    const onward = sendRequest(address, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on("connect", (request, caller: Socket) => {
    const place = request.url ?? "";
    asked.push(`CONNECT ${place}`);
    const status = judge(request.headers["proxy-authorization"], place);
    if (status !== 200) {
      caller.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
      return;
    }
    const behind = connect(places[place] ?? 0, "127.0.0.1", () => caller.write("HTTP/1.1 200 Connected\r\n\r\n"));
    caller.pipe(behind).pipe(caller);
    for (const socket of [caller, behind]) {
      sockets.add(socket);
      socket.on("error", () => [caller, behind].map((one) => one.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(proxy, {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
