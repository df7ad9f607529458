import { afterAll, afterEach, beforeAll } from "vitest";
import { type FaultingProxy, startFaultingProxy } from "./faulting-proxy.ts";
import { type MlflowServer, startMlflowServer } from "./mlflow-server.ts";

/** A real MLflow server, and a proxy before it that makes the weather. */
export interface Servers {
  readonly server: MlflowServer;
  readonly proxy: FaultingProxy;
}

/** Gives the tests of a suite both, before the first of them; the weather is fair again after each. */
export function useServers(take: (servers: Servers) => void): void {
  let started: Partial<Servers> = {};
  beforeAll(async () => {
    const server = await startMlflowServer();
    started = { server };
    const proxy = await startFaultingProxy(server.url);
    started = { server, proxy };
    take({ server, proxy });
  });
  afterEach(() => {
    const { server, proxy } = started;
    if (server === undefined || proxy === undefined) return;
    proxy.fault = () => "none";
    proxy.latencyMs = 0;
    proxy.target = server.url;
  });
  afterAll(async () => {
    await started.proxy?.[Symbol.asyncDispose]();
    await started.server?.[Symbol.asyncDispose]();
  });
}
