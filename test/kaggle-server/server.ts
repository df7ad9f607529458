import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiState, answerCall, type Credentials } from "./api.ts";
import { type CompetitionOptions, StandInCompetition } from "./competition.ts";
import { actOut, FaultPlan } from "./faults.ts";
import { readCall } from "./routes.ts";
import { StandInStorage } from "./storage.ts";
import { type StoredSubmission, SubmissionStore } from "./submissions.ts";

export interface KaggleServerOptions {
  readonly competitions: readonly CompetitionOptions[];
  readonly credentials?: Partial<Credentials>;
  /** Looks at a submission before it is scored. */
  readonly numPolls?: number;
  /** How long a signed address works. */
  readonly addressLifetimeMs?: number;
  /** 0 takes any free port; the storage listens on one of its own. */
  readonly port?: number;
  /** What signed addresses begin with, where the storage is behind another server. */
  readonly storageUrl?: string;
}

/** A request as it came, for a test to look at. */
export interface RecordedRequest {
  readonly host: "api" | "storage";
  readonly verb: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The method of the API that was called, e.g. `GetCompetition`. */
  readonly method?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A Kaggle that listens on the loopback interface. */
export interface KaggleServer {
  /** What to put in `KAGGLE_API_ENDPOINT`. */
  readonly url: string;
  /** Where the storage listens. */
  readonly storageAddress: string;
  readonly credentials: Credentials;
  readonly faults: FaultPlan;
  /** Oldest first. */
  readonly submissions: readonly StoredSubmission[];
  readonly requests: readonly RecordedRequest[];
  /** Makes a submission as on the website. */
  submit(competition: string, content: string, description: string): void;
  close(): Promise<void>;
}

export async function startKaggleServer(options: KaggleServerOptions): Promise<KaggleServer> {
  const { credentials, numPolls = 1, addressLifetimeMs = 600_000, port = 0 } = options;
  const competitions = new Map(options.competitions.map((one) => [one.slug, new StandInCompetition(one)]));
  const faults = new FaultPlan();
  const storage = new StandInStorage(competitions, faults, addressLifetimeMs);
  const requests: RecordedRequest[] = [];
  const state: ApiState = {
    competitions,
    submissions: new SubmissionStore(numPolls),
    storage,
    credentials: {
      username: "tester",
      key: "0123456789abcdef0123456789abcdef",
      token: "stand-in-access-token",
      refreshToken: "stand-in-refresh-token",
      ...credentials,
    },
  };
  const api = createServer((request, response) => {
    catchTrouble(response, handleApi(request, response, { state, faults, requests }));
  });
  const files = createServer((request, response) => {
    requests.push({ host: "storage", verb: request.method ?? "", path: request.url ?? "", headers: request.headers });
    catchTrouble(response, storage.handle(request, response));
  });
  const url = await listen(api, port);
  const storageAddress = await listen(files, 0);
  storage.origin = options.storageUrl ?? storageAddress;
  return {
    url,
    storageAddress,
    credentials: state.credentials,
    faults,
    submissions: state.submissions.all,
    requests,
    submit(competition, content, description) {
      state.submissions.add(competition, { fileName: "by-hand.csv", content: Buffer.from(content) }, description);
    },
    close: async () => {
      await Promise.all([close(api), close(files)]);
    },
  };
}

async function handleApi(
  request: IncomingMessage,
  response: ServerResponse,
  { state, faults, requests }: { state: ApiState; faults: FaultPlan; requests: RecordedRequest[] },
): Promise<void> {
  const body = await readJson(request);
  const verb = request.method ?? "";
  const call = readCall(verb, new URL(request.url ?? "/", "http://stand-in"), body);
  const record = { host: "api", verb, path: request.url ?? "", headers: request.headers } as const;
  requests.push(call === undefined ? record : { ...record, method: call.method, parameters: call.parameters });
  const fault = call === undefined ? undefined : faults.take(call.method);
  if (actOut(fault, response)) return;
  const notFound = { type: "json", status: 404, body: { code: 404, message: "Not found" } } as const;
  const answer = call === undefined ? notFound : await answerCall(call, request.headers.authorization, state);
  if (fault?.type === "silence") fault.onReached();
  else if (fault?.type === "drop-answer") request.socket.destroy();
  else if (answer.type === "redirect") response.writeHead(302, { location: answer.location }).end();
  else response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** A client that hangs up is part of the game; anything else is a bug of the stand-in and must show. */
function catchTrouble(response: ServerResponse, work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (response.destroyed || (error instanceof Error && "code" in error && error.code === "ECONNRESET")) return;
    if (!response.headersSent) response.writeHead(501);
    response.end(String(error));
  });
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
