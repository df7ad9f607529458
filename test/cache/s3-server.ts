import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { providePython } from "../rig/python-packages.ts";

/** A server that speaks as Amazon S3 does, on loopback, with one empty bucket `results`. */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  /** What a program needs in its environment to use it. */
  readonly environment: Readonly<Record<string, string>>;
}

export const s3Python = await providePython("moto", ["moto[s3,server]==5.2.5"]);

export async function startS3Server(): Promise<S3Server> {
  if (s3Python.type === "missing") throw new Error(s3Python.reason);
  const server = spawn(s3Python.python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(server, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        const [, address] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
        if (address !== undefined) resolve(address);
      });
    void ended.then(() => reject(new Error("the S3 server ended before it served")));
  });
  const created = await fetch(`${url}/results`, { method: "PUT" });
  if (!created.ok) throw new Error(`the S3 server made no bucket: ${created.status}`);
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: "test-key-id",
      AWS_SECRET_ACCESS_KEY: "planted-secret-5f3a",
      AWS_REGION: "us-east-1",
    },
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await ended;
    },
  };
}
