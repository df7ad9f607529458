import { BlockList, isIP } from "node:net";
import { fail } from "../base/failure.ts";

/** The proxies that the usual variables name, and what is asked without any. */
export interface ProxySettings {
  /** Of requests to `http:` addresses. */
  readonly http: URL | undefined;
  /** Of requests to `https:` addresses. */
  readonly https: URL | undefined;
  /** Entries of `NO_PROXY`. */
  readonly exceptions: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, of which the spelling in small letters comes first, as curl and Python's
 * `requests` do. Undefined when no proxy is named. Throws `FailureError` for one that cannot be used.
 */
export function readProxySettings(environment: Environment): ProxySettings | undefined {
  const read = (name: string): readonly [name: string, value: string] | undefined => {
    const found = [name.toLowerCase(), name].find((one) => environment[one] !== undefined);
    const value = found === undefined ? undefined : environment[found]?.trim();
    return found === undefined || !value ? undefined : [found, value];
  };
  const all = read("ALL_PROXY");
  const [http, https] = [read("HTTP_PROXY") ?? all, read("HTTPS_PROXY") ?? all];
  if (http === undefined && https === undefined) return undefined;
  const exceptions = read("NO_PROXY")?.[1].split(/[\s,]+/) ?? [];
  return {
    http: http && parseProxy(...http),
    https: https && parseProxy(...https),
    exceptions: exceptions.filter((entry) => entry !== ""),
  };
}

/** The proxy that a request goes through; undefined when it goes straight to its host. */
export function findProxy(settings: ProxySettings, url: URL): URL | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const proxy = url.protocol === "https:" ? settings.https : settings.http;
  // No proxy leads back to this machine, whatever the variables leave out.
  if (proxy === undefined || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return settings.exceptions.some((entry) => isExcepted(entry, host, port)) ? undefined : proxy;
}

/** `proxy.example:3128` means an HTTP proxy. A password stays out of what is said. */
function parseProxy(name: string, value: string): URL {
  const text = value.includes("://") ? value : `http://${value}`;
  const example = `write e.g. ${name}=http://proxy.example:3128`;
  if (!URL.canParse(text)) return fail("environment", `${name} is no address of a proxy`, example);
  const url = new URL(text);
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  return fail(
    "environment",
    `${name} names a proxy that speaks ${url.protocol.slice(0, -1)}; pipe speaks HTTP only`,
    example,
  );
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    (isIP(host) === 4 && host.startsWith("127."))
  );
}

/** An entry is a domain with all below it, an address, or a range of addresses; each may have a port. */
function isExcepted(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, range = "", bits] = /^(.+)\/(\d+)$/.exec(entry) ?? [];
  if (bits !== undefined) return isInRange(host, range, Number(bits));
  const [, name = entry, entryPort] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const domain = name.replace(/^\[|\]$|^\*?\./g, "").toLowerCase();
  return host === domain || host.endsWith(`.${domain}`);
}

function isInRange(host: string, range: string, bits: number): boolean {
  const family = isIP(host);
  if (family === 0 || isIP(range) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(range, bits, `ipv${family}` as "ipv4" | "ipv6");
  return list.check(host, `ipv${family}` as "ipv4" | "ipv6");
}
