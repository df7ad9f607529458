import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { acquireLock } from "../../src/util/folder-lock.ts";
import { type KaggleServer, startKaggleServer } from "../kaggle-server/server.ts";
import { providePython } from "../rig/python-packages.ts";

/** Kaggle's own command line and library, as PyPI has them. */
export const python = await providePython("kaggle", ["kaggle==2.2.4", "kagglesdk==0.1.37", "six"]);

/** Where KAGGLE_API_ENVIRONMENT=TEST looks, in Kaggle's own library and in ours. */
const testPort = 7777;
export const isTest = { KAGGLE_API_ENVIRONMENT: "TEST" };

export const archiveBytes = randomBytes(300_000);
export const submission = "Id,Predicted\na,0\nb,1\nc,0 1\n";

/**
 * Kaggle's own command line. It asks for PROD or LOCALHOST by name; here it leaves the choice to its library, which reads
 * KAGGLE_API_ENVIRONMENT, and whose addresses are as shipped.
 */
const commandLine = `
import sys
from kaggle.api import kaggle_api_extended as api
Client = api.KaggleClient
api.KaggleClient = lambda env, **options: Client(**options)
sys.argv[0] = "kaggle"
from kaggle.cli import main
main()
`;

/** Kaggle's own client with a stand-in to talk to: `cells` with one file, `many` with two pages of files and of submissions. */
export interface OfficialClient extends AsyncDisposable {
  readonly folder: string;
  readonly server: KaggleServer;
  /** Runs the command line; returns what it printed. */
  kaggle(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs Python with the library at hand. */
  runPython(script: string, environment?: Readonly<Record<string, string>>): Promise<string>;
}

export async function startOfficialClient(): Promise<OfficialClient> {
  if (python.type === "missing") throw new Error(python.reason);
  const { python: program } = python;
  // Its port is given, so that other tests of it on this machine have to wait.
  const port = await acquireLock(join(tmpdir(), `pipe-port-${testPort}.lock`), {
    signal: AbortSignal.timeout(240_000),
  });
  const folder = mkdtempSync(join(tmpdir(), "pipe-official-"));
  const at = (name: string): string => join(folder, name);
  writeFileSync(at("server.zip"), archiveBytes);
  writeFileSync(at("solution.csv"), "Id,Predicted\na,0\nb,1\nc,0\n");
  writeFileSync(at("submission.csv"), submission);
  mkdirSync(at("home/.kaggle"), { recursive: true });
  const competition = { archive: at("server.zip"), solution: at("solution.csv") };
  const names = Array.from({ length: 201 }, (_, index) => `train/${index}.png`);
  const server = await startKaggleServer({
    competitions: [
      {
        ...competition,
        slug: "cells",
        title: "Cells",
        files: { "train.csv": at("solution.csv") },
        newEntrantDeadline: "2030-01-03T23:59:00Z",
      },
      { ...competition, slug: "many", files: Object.fromEntries(names.map((name) => [name, at("solution.csv")])) },
    ],
    port: testPort,
  });
  for (let index = 1; index <= 101; index++) server.submit("many", submission, `by hand ${index}`);
  const call = async (args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> => {
    const env = { PATH: process.env["PATH"], HOME: at("home"), ...isTest, ...environment };
    const { stdout, stderr } = await promisify(execFile)(program, args, { env, cwd: folder });
    return stdout + stderr;
  };
  const token = { KAGGLE_API_TOKEN: server.credentials.token };
  return {
    folder,
    server,
    kaggle: (args, environment = token) => call(["-c", commandLine, ...args], environment),
    runPython: (script, environment = token) => call(["-c", script], environment),
    async [Symbol.asyncDispose]() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
      await port.release();
    },
  };
}
