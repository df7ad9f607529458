import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readText, send } from "../../src/services/http-request.ts";
import { useProxies } from "../../src/services/proxied-fetch.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { type HttpProxy, startHttpProxy } from "../rig/http-proxy.ts";
import { createProject, type ProjectRig } from "../rig/project.ts";
import { startTlsFront, type TlsFront } from "../tracking/tls-front.ts";

const archive = randomBytes(200_000);
const pipeline = `
version: 1
name: cells
stages:
  download: { uses: kaggle/download, with: { competition: cells } }
`;
const password = "p@ss:word/7";
const login = `someone:${password}`;

let project: ProjectRig;
let server: KaggleServer;
let fronts: TlsFront[];
let proxy: HttpProxy;
/** Of the process that goes through the proxy. */
let env: Record<string, string>;

const portOf = (url: string): number => Number(new URL(url).port);

beforeEach(async () => {
  project = await createProject({ "pipeline.yaml": pipeline });
  await project.write({ "server/archive.zip": archive });
  const [key, certificate] = [join(project.folder, "key.pem"), join(project.folder, "certificate.pem")];
  const names = "subjectAltName=DNS:kaggle.test,DNS:storage.test";
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=kaggle.test"];
  execFileSync("openssl", [...request, "-addext", names, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  server = await startKaggleServer({
    competitions: [{ slug: "cells", archive: join(project.folder, "server/archive.zip") }],
    storageUrl: "https://storage.test",
  });
  const pair = { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
  fronts = await Promise.all([server.url, server.storageAddress].map((url) => startTlsFront(url, pair)));
  const [api = 0, storage = 0] = fronts.map(({ url }) => portOf(url));
  proxy = await startHttpProxy({
    places: { "kaggle.test:443": api, "storage.test:443": storage, "kaggle.test:80": portOf(server.url) },
    login,
  });
  env = {
    HTTPS_PROXY: `http://someone:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: certificate,
    KAGGLE_API_ENDPOINT: "https://kaggle.test",
    KAGGLE_API_TOKEN: server.credentials.token,
    HOME: join(project.folder, "home"),
  };
});

afterEach(async () => {
  useProxies({});
  await proxy[Symbol.asyncDispose]();
  for (const front of fronts) await front[Symbol.asyncDispose]();
  await server.close();
  await project[Symbol.asyncDispose]();
});

describe("an HTTP proxy", () => {
  it("takes a stage's requests to Kaggle and to its storage", async () => {
    const { code, stdout, stderr } = await project.pipe(["run", "pipeline.yaml", "--no-mlflow"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    const [run = ""] = await project.list("runs");
    const downloaded = readFileSync(join(project.folder, "runs", run, "stages/download/outputs/archive.zip"));
    expect(downloaded.equals(archive)).toBe(true);
    expect([...new Set(proxy.asked)].sort()).toEqual(["CONNECT kaggle.test:443", "CONNECT storage.test:443"]);
    const listed = await project.pipe(["leaderboard", "pipeline.yaml"], { env });
    expect(listed).toMatchObject({ code: 0, stdout: "cells: 0 submissions\n" });
    const files = ["runs", ".pipe"].flatMap((name) => readAll(join(project.folder, name)));
    const all = [stdout, ...files].join("\n");
    for (const secret of [password, encodeURIComponent(password), Buffer.from(login).toString("base64")])
      expect(all).not.toContain(secret);
  });

  it("that wants a password is not asked again without one", async () => {
    const HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`;
    const { code, stdout } = await project.pipe(["run", "pipeline.yaml", "--no-mlflow"], {
      env: { ...env, HTTPS_PROXY },
    });
    expect(code).toBe(1);
    expect(stdout).toContain(
      `the proxy 127.0.0.1:${proxy.port} does not let requests through to kaggle.test: it answered 407`,
    );
    expect(stdout).toContain(`HTTPS_PROXY=http://USER:PASSWORD@127.0.0.1:${proxy.port}`);
    expect(proxy.asked).toEqual(["CONNECT kaggle.test:443"]);
  });

  it("that cannot be used is told before anything is asked", async () => {
    const HTTPS_PROXY = "socks5://someone:secret@127.0.0.1:1080";
    const { code, stdout } = await project.pipe(["run", "pipeline.yaml", "--no-mlflow"], {
      env: { ...env, HTTPS_PROXY },
    });
    expect(code).toBe(1);
    expect(stdout).toContain("HTTPS_PROXY names a proxy that speaks socks5; pipe speaks HTTP only");
    expect(stdout).not.toContain("secret");
  });
});

describe("a request", () => {
  const ask = async (url: string): Promise<string> => {
    const signal = new AbortController().signal;
    const response = await send({ method: "GET", url, timeoutMs: 60_000, signal });
    return `${response.status} ${await readText(response, signal)}`;
  };
  const variables = (): Record<string, string> => {
    const own = env["HTTPS_PROXY"] ?? "";
    return { HTTP_PROXY: own, HTTPS_PROXY: own };
  };

  it("to a plain address is handed to the proxy as it is", async () => {
    useProxies(variables());
    expect(await ask("http://kaggle.test/nothing?a=1")).toBe('404 {"code":404,"message":"Not found"}');
    expect(proxy.asked).toEqual(["GET http://kaggle.test/nothing?a=1"]);
    expect(server.requests.map(({ path, headers }) => [path, headers["proxy-authorization"]])).toEqual([
      ["/nothing?a=1", undefined],
    ]);
  });

  it("to this machine goes straight there", async () => {
    useProxies(variables());
    expect(await ask(`${server.url}/nothing`)).toMatch(/^404 /);
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [407, "FailureError", "does not let requests through to kaggle.test: it answered 407"],
    [403, "FailureError", "does not let requests through to kaggle.test: it answered 403"],
    [503, "TransientError", "does not let requests through to kaggle.test: it answered 503"],
  ])("that the proxy answers with %i fails with a %s", async (status, name, message) => {
    useProxies(variables());
    proxy.refusal = status;
    const expected = { name, message: `the proxy 127.0.0.1:${proxy.port} ${message}` };
    await expect(ask("https://kaggle.test/nothing")).rejects.toMatchObject(expected);
  });

  it("names the proxy that it does not reach", async () => {
    await proxy[Symbol.asyncDispose]();
    useProxies(variables());
    await expect(ask("https://kaggle.test/nothing")).rejects.toMatchObject({
      name: "TransientError",
      message: `could not reach kaggle.test through the proxy 127.0.0.1:${proxy.port} (ECONNREFUSED)`,
    });
  });
});

function readAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}
