import { describe, expect, it } from "vitest";
import { findProxy, readProxySettings } from "../../src/services/proxy-settings.ts";

/** The proxy's address for a request, as the variables say. */
function proxyFor(url: string, environment: Record<string, string>): string | undefined {
  const settings = readProxySettings(environment);
  return settings && findProxy(settings, new URL(url))?.href;
}

describe("the proxy of a request", () => {
  const everywhere = { HTTPS_PROXY: "http://proxy.example:3128", HTTP_PROXY: "http://proxy.example:3128" };

  it.each([
    ["https://api.kaggle.com/", { HTTPS_PROXY: "http://one:1" }, "http://one:1/"],
    ["http://api.kaggle.com/", { HTTPS_PROXY: "http://one:1" }, undefined],
    ["https://api.kaggle.com/", { HTTP_PROXY: "http://one:1" }, undefined],
    ["http://api.kaggle.com/", { HTTP_PROXY: "http://one:1" }, "http://one:1/"],
    ["https://api.kaggle.com/", { ALL_PROXY: "http://one:1" }, "http://one:1/"],
    ["https://api.kaggle.com/", { ALL_PROXY: "http://one:1", https_proxy: "http://two:2" }, "http://two:2/"],
    ["https://api.kaggle.com/", { HTTPS_PROXY: "http://one:1", https_proxy: "http://two:2" }, "http://two:2/"],
    ["https://api.kaggle.com/", { HTTPS_PROXY: "http://one:1", https_proxy: "" }, undefined],
    ["https://api.kaggle.com/", { HTTPS_PROXY: "one:3128" }, "http://one:3128/"],
    ["https://api.kaggle.com/", { HTTPS_PROXY: "https://u:p%40w@one:1" }, "https://u:p%40w@one:1/"],
    ["https://api.kaggle.com/", {}, undefined],
  ])("for %s with %o is %s", (url, environment, expected) => {
    expect(proxyFor(url, environment as Record<string, string>)).toBe(expected);
  });

  it.each([
    ["api.kaggle.com", "https://api.kaggle.com"],
    ["other.example, KAGGLE.com", "https://api.kaggle.com"],
    [".kaggle.com", "https://api.kaggle.com"],
    ["*.kaggle.com other.example", "https://api.kaggle.com"],
    ["kaggle.com:443", "https://api.kaggle.com"],
    ["10.0.0.0/8", "http://10.1.2.3:9000"],
    ["10.1.2.3", "http://10.1.2.3:9000"],
    ["fd00::/8", "http://[fd00::5]/"],
    ["[fd00::5]:80", "http://[fd00::5]/"],
    ["*", "https://api.kaggle.com"],
    ["", "http://localhost:7777"],
    ["", "http://127.0.0.1:5000"],
    ["", "http://[::1]:5000"],
  ])("is none with NO_PROXY=%s for %s", (exceptions, url) => {
    expect(proxyFor(url, { ...everywhere, NO_PROXY: exceptions })).toBeUndefined();
  });

  it.each([
    ["kaggle.com", "https://notkaggle.com"],
    ["api.kaggle.com", "https://kaggle.com"],
    ["kaggle.com:8443", "https://kaggle.com"],
    ["10.0.0.0/8", "http://11.1.2.3"],
    ["10.0.0.0/99", "http://10.1.2.3"],
    ["10.0.0.0/8", "https://10.example"],
    ["127.0.0.1", "https://127.example"],
  ])("is there with NO_PROXY=%s for %s", (exceptions, url) => {
    expect(proxyFor(url, { ...everywhere, NO_PROXY: exceptions })).toBe("http://proxy.example:3128/");
  });

  it.each([
    ["socks5://user:secret@one:1080", "https_proxy names a proxy that speaks socks5; pipe speaks HTTP only"],
    ["http://", "https_proxy is no address of a proxy"],
  ])("cannot be %s, and what is said of it has no password", (value, message) => {
    expect(() => readProxySettings({ https_proxy: value })).toThrow(
      expect.objectContaining({
        failure: { cause: "environment", message, hint: "write e.g. https_proxy=http://proxy.example:3128" },
      }),
    );
  });
});
