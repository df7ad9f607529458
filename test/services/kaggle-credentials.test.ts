import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KaggleClient } from "../../src/services/kaggle/client.ts";
import { findCredentials } from "../../src/services/kaggle/credentials.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { createTestClock } from "./test-clock.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pipe-credentials-"));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe("findCredentials", () => {
  it("finds each form, in the order in which Kaggle's own client tries them", async () => {
    write(".kaggle/access_token", "token-of-file\n");
    write(".kaggle/kaggle.json", JSON.stringify({ username: "u", key: "k" }));
    write(
      ".kaggle/credentials.json",
      JSON.stringify({ refresh_token: "r", access_token: "a", access_token_expiration: "2026-11-24T10:00:00+00:00" }),
    );
    const { credentials, problems } = await findCredentials({ HOME: home });
    expect(credentials).toEqual([
      { type: "token", token: "token-of-file", ...at(".kaggle/access_token") },
      { type: "key", username: "u", key: "k", ...at(".kaggle/kaggle.json") },
      {
        type: "oauth",
        refreshToken: "r",
        accessToken: "a",
        expiresAt: Date.UTC(2026, 10, 24, 10),
        ...at(".kaggle/credentials.json"),
      },
    ]);
    expect(problems).toEqual([]);
  });

  it.each([
    ["the variable itself", { KAGGLE_API_TOKEN: "abc" }, { token: "abc", source: "KAGGLE_API_TOKEN" }],
    [
      "a file that the variable names",
      { KAGGLE_API_TOKEN: "<home>/t" },
      { token: "in-t", source: "the file named by KAGGLE_API_TOKEN", file: "<home>/t" },
    ],
    [
      "access_token.txt",
      {},
      { token: "in-txt", source: "<home>/.kaggle/access_token.txt", file: "<home>/.kaggle/access_token.txt" },
    ],
    [
      "a Kaggle notebook",
      { KAGGLE_KERNEL_RUN_TYPE: "Batch", KAGGLE_API_V1_TOKEN: "<home>/t", KAGGLE_API_TOKEN: "abc" },
      { token: "in-t", source: "the file named by KAGGLE_API_V1_TOKEN", file: "<home>/t" },
    ],
  ])("takes a token from %s", async (_, environment, expected) => {
    write("t", "in-t");
    write(".kaggle/access_token.txt", "in-txt");
    const atHome = (text: string) => text.replace("<home>", home);
    const variables = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, atHome(value)]));
    const { credentials } = await findCredentials({ HOME: home, ...variables });
    const texts = Object.entries(expected).map(([name, text]) => [name, atHome(text)]);
    expect(credentials[0]).toEqual({ type: "token", ...Object.fromEntries(texts) });
  });

  it.each([
    ["KAGGLE_CONFIG_DIR", "elsewhere/kaggle.json", { KAGGLE_CONFIG_DIR: "<home>/elsewhere" }],
    ["XDG_CONFIG_HOME", "xdg/kaggle/kaggle.json", { XDG_CONFIG_HOME: "<home>/xdg" }],
    ["~/.config", ".config/kaggle/kaggle.json", {}],
  ])("looks for kaggle.json in %s", async (_, path, environment) => {
    write(path, JSON.stringify({ username: "u", key: "k" }));
    const variables = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace("<home>", home)]),
    );
    const { credentials } = await findCredentials({ HOME: home, ...variables });
    expect(credentials).toEqual([{ type: "key", username: "u", key: "k", ...at(path) }]);
  });

  it("lets variables override the file, and says so", async () => {
    write(".kaggle/kaggle.json", JSON.stringify({ username: "u", key: "k" }));
    const { credentials } = await findCredentials({ HOME: home, KAGGLE_KEY: "other" });
    expect(credentials).toEqual([
      { type: "key", username: "u", key: "other", source: `${join(home, ".kaggle/kaggle.json")} and KAGGLE_KEY` },
    ]);
  });

  it.each([
    ["not JSON", "key: secret-key", "is not a JSON object"],
    ["without a key", '{"username": "u"}', 'has no "key"'],
  ])("says what is wrong with a kaggle.json that is %s, without quoting it", async (_, content, problem) => {
    write(".kaggle/kaggle.json", content);
    const found = await findCredentials({ HOME: home });
    expect(found.credentials).toEqual([]);
    expect(found.problems).toEqual([`${join(home, ".kaggle/kaggle.json")} ${problem}`]);
  });

  it("says when half a pair is missing", async () => {
    expect((await findCredentials({ HOME: home, KAGGLE_USERNAME: "u" })).problems).toEqual([
      "KAGGLE_USERNAME is set, but KAGGLE_KEY is not",
    ]);
  });
});

describe("a client", () => {
  let server: KaggleServer;
  let notices: string[];

  beforeEach(async () => {
    notices = [];
    write("archive.zip", "not downloaded here");
    server = await startKaggleServer({ competitions: [{ slug: "cells", archive: join(home, "archive.zip") }] });
  });

  afterEach(async () => {
    await server.close();
  });

  it("proves itself with a token, with a legacy key, or with a login that it renews", async () => {
    expect(await ask({ KAGGLE_API_TOKEN: server.credentials.token })).toBe("the access token from KAGGLE_API_TOKEN");
    expect(await ask({ KAGGLE_USERNAME: server.credentials.username, KAGGLE_KEY: server.credentials.key })).toBe(
      "the legacy username and key from KAGGLE_USERNAME and KAGGLE_KEY",
    );
    const expired = { access_token: "stale", access_token_expiration: "2026-11-24T07:00:00Z" };
    write(".kaggle/credentials.json", JSON.stringify({ refresh_token: server.credentials.refreshToken, ...expired }));
    expect(await ask({})).toBe(`the OAuth login from ${join(home, ".kaggle/credentials.json")}`);
    expect(server.requests.map(({ method, headers }) => [method, headers.authorization?.split(" ")[0]])).toEqual([
      ["GetCompetition", "Bearer"],
      ["GetCompetition", "Basic"],
      ["GenerateAccessToken", undefined],
      ["GetCompetition", "Bearer"],
    ]);
  });

  it("turns to the next credential when one is not accepted, and says so", async () => {
    const { username, key } = server.credentials;
    await ask({ KAGGLE_API_TOKEN: "revoked", KAGGLE_USERNAME: username, KAGGLE_KEY: key });
    expect(notices).toEqual([
      "Kaggle does not accept the access token from KAGGLE_API_TOKEN; trying the legacy username and key from KAGGLE_USERNAME and KAGGLE_KEY",
    ]);
  });

  it("names all that was tried, and the likely mistake, when none is accepted", async () => {
    const asked = ask({
      KAGGLE_API_TOKEN: "revoked",
      KAGGLE_USERNAME: "u",
      KAGGLE_KEY: "a-new-token-in-the-old-place",
    });
    await expect(asked).rejects.toMatchObject({
      failure: {
        cause: "refused",
        message:
          "Kaggle does not accept the access token from KAGGLE_API_TOKEN, nor the legacy username and key from KAGGLE_USERNAME and KAGGLE_KEY",
        hint: expect.stringContaining("32 hexadecimal digits"),
      },
    });
  });

  it("says where it looked when there is none, before it asks any server", async () => {
    await expect(ask({})).rejects.toMatchObject({
      failure: {
        cause: "environment",
        message: expect.stringContaining("no Kaggle credentials"),
        hint: expect.stringContaining("https://www.kaggle.com/settings/api"),
      },
    });
    expect(server.requests).toEqual([]);
  });

  it("warns, once, of credentials that other users of the machine can read", async () => {
    const { username, key, token } = server.credentials;
    write(".kaggle/kaggle.json", JSON.stringify({ username, key }));
    write(".kaggle/access_token", "revoked");
    const [keyFile, tokenFile] = [join(home, ".kaggle/kaggle.json"), join(home, ".kaggle/access_token")];
    chmodSync(tokenFile, 0o600);
    chmodSync(keyFile, 0o640);
    const passedOver = `Kaggle does not accept the access token from ${tokenFile}; trying the legacy username and key from ${keyFile}`;
    const warning = `other users of this machine can read the Kaggle credentials in ${keyFile}; to keep them to yourself: chmod 600 ${keyFile}`;
    await ask({}, 2);
    expect(notices).toEqual([passedOver, warning]);
    for (const mode of [0o604, 0o644, 0o600, 0o400]) {
      notices = [];
      chmodSync(keyFile, mode);
      await ask({});
      expect(notices).toEqual(mode & 0o044 ? [passedOver, warning] : [passedOver]);
    }
    notices = [];
    chmodSync(keyFile, 0o644);
    // What is not used is nobody's business.
    await ask({ KAGGLE_API_TOKEN: token });
    expect(notices).toEqual([]);
  });

  it("asks for a new login when the old one cannot be renewed", async () => {
    write(".kaggle/credentials.json", JSON.stringify({ refresh_token: "revoked" }));
    await expect(ask({})).rejects.toMatchObject({
      failure: { cause: "refused", hint: expect.stringContaining("kaggle auth login") },
    });
  });

  it("sends a token nowhere when it does not know the server that is meant", async () => {
    const asked = ask({ KAGGLE_API_ENDPOINT: undefined, KAGGLE_API_ENVIRONMENT: "TSET", KAGGLE_API_TOKEN: "secret" });
    await expect(asked).rejects.toMatchObject({
      failure: {
        cause: "configuration",
        message: 'KAGGLE_API_ENVIRONMENT is "TSET"; known are PROD, LOCALHOST, TEST',
      },
    });
  });

  async function ask(environment: Record<string, string | undefined>, numTimes = 1): Promise<string> {
    const client = new KaggleClient({
      environment: { HOME: home, KAGGLE_API_ENDPOINT: server.url, ...environment },
      clock: createTestClock(),
      signal: new AbortController().signal,
      onNotice: (text) => notices.push(text),
    });
    for (let time = 0; time < numTimes; time++) await client.call("GetCompetition", { competitionName: "cells" });
    return await client.describeCredential();
  }
});

/** Where a credential was found that lies in a file. */
function at(path: string): { source: string; file: string } {
  return { source: join(home, path), file: join(home, path) };
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), content);
}
