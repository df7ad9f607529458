import type { Dispatcher } from "undici";
import { findProxy, type ProxySettings, readProxySettings } from "./proxy-settings.ts";

type Fetch = typeof fetch;

/** What the process was told; its settings are read at the first request, so that only requests can fail for them. */
let environment: Readonly<Record<string, string | undefined>> = {};
let current: { readonly settings: ProxySettings | undefined; readonly fetch: Promise<Fetch> } | undefined;

/** From now on the requests of this process go through the proxies that these variables name. */
export function useProxies(variables: Readonly<Record<string, string | undefined>>): void {
  environment = variables;
  current = undefined;
}

/** `fetch` as this process has to call it. Throws `FailureError` when the variables name a proxy that cannot be used. */
export async function findFetch(): Promise<Fetch> {
  return await look().fetch;
}

/** The host of the proxy on the way to an address, for messages; without its password. */
export function proxyHostOf(url: string): string | undefined {
  const { settings } = look();
  return settings && URL.canParse(url) ? findProxy(settings, new URL(url))?.host : undefined;
}

function look(): NonNullable<typeof current> {
  if (current !== undefined) return current;
  const settings = readProxySettings(environment);
  current = { settings, fetch: settings === undefined ? Promise.resolve(fetch) : loadFetch(settings) };
  return current;
}

/**
 * Node 20's own `fetch` knows no proxies, and later ones take no agent of another version of undici; so that package's `fetch` is taken
 * with its agents (ADR 7).
 */
async function loadFetch(settings: ProxySettings): Promise<Fetch> {
  const undici = await import("undici");
  const direct = new undici.Agent();
  const agents = new Map<string, Dispatcher>();
  const agentFor = (proxy: URL): Dispatcher => {
    // Plain requests are handed to the proxy as they are: many let nobody tunnel but to port 443.
    const agent = agents.get(proxy.href) ?? new undici.ProxyAgent({ uri: proxy.href, proxyTunnel: false });
    agents.set(proxy.href, agent);
    return agent;
  };
  /** Chooses anew for each hop of a redirect. */
  class ByAddress extends undici.Dispatcher {
    override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandlers): boolean {
      const proxy = findProxy(settings, new URL(options.origin ?? ""));
      return (proxy === undefined ? direct : agentFor(proxy)).dispatch(options, handler);
    }
  }
  const dispatcher = new ByAddress();
  // The same standard, typed twice.
  const call = undici.fetch as unknown as (url: unknown, init: object) => ReturnType<Fetch>;
  return (url, init) => call(url, { ...init, dispatcher });
}
