import { FailureError } from "../../base/failure.ts";
import type { JsonObject } from "../../base/json.ts";
import { redact } from "../../util/redact.ts";
import type { Clock } from "../clock.ts";
import { discardBody, readText, send, transientAnswer } from "../http-request.ts";
import { patientPolicy, type RetryOptions, type RetryPolicy, retryTransient, TransientError } from "../http-retry.ts";
import { Authorization } from "./authorization.ts";
import { type Environment, findCredentials } from "./credentials.ts";
import { methodUrl } from "./endpoint.ts";
import { isReadableByOthers } from "./exposure.ts";

export interface KaggleClientOptions {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of waits and of credentials passed over, for the log. */
  onNotice(text: string): void;
  /** Told of what the user should mend although it works; goes to `onNotice` without it. */
  onWarning?(text: string): void;
  readonly policy?: RetryPolicy;
  readonly timeoutMs?: number;
}

/** Kaggle said no, and will say so again. `text` is its own explanation. */
export class KaggleRefusal extends Error {
  override readonly name = "KaggleRefusal";
  readonly status: number;
  readonly text: string;

  constructor(status: number, text: string) {
    super(`Kaggle answered ${status}: ${text}`);
    this.status = status;
    this.text = text;
  }
}

const competitionService = "competitions.CompetitionApiService";

/**
 * Calls methods of Kaggle's competition API: JSON over POST, as Kaggle's own client does. Throws `KaggleRefusal` for what
 * Kaggle declines and `FailureError` when no credential is accepted or the network stays down.
 */
export class KaggleClient {
  readonly #options: KaggleClientOptions;
  readonly #usedFiles = new Set<string>();
  #authorization: Authorization | undefined;

  constructor(options: KaggleClientOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  notice(text: string): void {
    this.#options.onNotice(this.redact(text));
  }

  /** Hides credentials and signatures in a text that is to be shown. */
  redact(text: string): string {
    return redact(text, this.#authorization?.secrets ?? []);
  }

  /** Which credential is in use, e.g. `the access token from KAGGLE_API_TOKEN`. */
  async describeCredential(): Promise<string> {
    return (await this.#authorize()).description;
  }

  /** Calls a method that may be called twice without harm; tries again when the trouble may pass. */
  async call(method: string, body: JsonObject): Promise<JsonObject> {
    return await this.#persist(() => this.callOnce(method, body));
  }

  /** Calls a method once only. Throws `TransientError` when it is not known, or certain not, that it was carried out. */
  async callOnce(method: string, body: JsonObject): Promise<JsonObject> {
    const response = await this.#post(competitionService, method, body);
    const text = await readText(response, this.signal);
    if (response.status >= 300) throw this.#refusal(response.status, text);
    return parseObject(text);
  }

  /** Calls a method that answers with a redirect and returns its address, which may be signed and short-lived. */
  async locate(method: string, body: JsonObject): Promise<string> {
    const response = await this.#post(competitionService, method, body);
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await discardBody(response);
      return new URL(location, methodUrl(this.#options.environment, competitionService, method)).href;
    }
    throw this.#refusal(response.status, await readText(response, this.signal));
  }

  /** Sends with the first credential that is accepted. */
  async #post(service: string, method: string, body: JsonObject): Promise<Response> {
    const authorization = await this.#authorize();
    for (;;) {
      await this.#warnOfExposure(authorization.file);
      const description = authorization.description;
      const response = await this.#send(service, method, body, await authorization.header());
      if (response.status !== 401) return response;
      await discardBody(response);
      if (!authorization.reject()) throw authorization.rejection();
      this.notice(`Kaggle does not accept ${description}; trying ${authorization.description}`);
    }
  }

  async #send(service: string, method: string, body: JsonObject, authorization?: string): Promise<Response> {
    const response = await send({
      method: "POST",
      url: methodUrl(this.#options.environment, service, method),
      headers: { "Content-Type": "application/json", ...(authorization && { Authorization: authorization }) },
      body: JSON.stringify(body),
      redirect: "manual",
      timeoutMs: this.#options.timeoutMs ?? 60_000,
      signal: this.signal,
    });
    const trouble = transientAnswer(response, this.clock, "Kaggle");
    if (trouble === undefined) return response;
    await discardBody(response);
    throw trouble;
  }

  /** Once for each file. */
  async #warnOfExposure(file: string | undefined): Promise<void> {
    if (file === undefined || this.#usedFiles.has(file)) return;
    this.#usedFiles.add(file);
    if (!(await isReadableByOthers(file))) return;
    const warning = `other users of this machine can read the Kaggle credentials in ${file}; to keep them to yourself: chmod 600 ${file}`;
    if (this.#options.onWarning === undefined) this.notice(warning);
    else this.#options.onWarning(this.redact(warning));
  }

  async #authorize(): Promise<Authorization> {
    if (this.#authorization === undefined) {
      const found = await findCredentials(this.#options.environment);
      this.#authorization = new Authorization(found, (token) => this.#refreshToken(token), this.clock);
    }
    return this.#authorization;
  }

  async #refreshToken(refreshToken: string): Promise<{ token: string; expiresInMs: number }> {
    const body = { refreshToken, apiVersion: "API_VERSION_V1", expirationDuration: "43200s" };
    const response = await this.#send("users.AccountService", "GenerateAccessToken", body);
    const text = await readText(response, this.signal);
    if (response.status >= 300) {
      const message = `Kaggle does not renew the OAuth login in ~/.kaggle/credentials.json (${response.status})`;
      throw new FailureError({ cause: "refused", message, hint: "log in again: kaggle auth login" });
    }
    const { token, expiresIn } = parseObject(text);
    return { token: String(token), expiresInMs: Number(expiresIn ?? 0) * 1000 };
  }

  async #persist<Value>(operation: () => Promise<Value>): Promise<Value> {
    const { clock, signal, policy = patientPolicy } = this.#options;
    const options: RetryOptions = { policy, clock, signal, onNotice: (text) => this.notice(text) };
    try {
      return await retryTransient(operation, options);
    } catch (error) {
      throw error instanceof TransientError ? giveUp(error) : error;
    }
  }

  #refusal(status: number, text: string): KaggleRefusal {
    return new KaggleRefusal(status, this.redact(readMessage(text)));
  }
}

function giveUp(error: TransientError): FailureError {
  const hint = error.rateLimited
    ? "Kaggle limits how often it may be asked; wait half an hour and run again"
    : "check the connection, and https://www.kaggle.com for an outage, then run again";
  return new FailureError({ cause: "network", message: `gave up on Kaggle: ${error.message}`, hint }, { cause: error });
}

/** Kaggle words its errors as `{message}`, `{error: {message}}` or plain text. */
function readMessage(text: string): string {
  try {
    const { message, error } = parseObject(text) as { message?: unknown; error?: { message?: unknown } };
    const found = message ?? error?.message;
    if (typeof found === "string") return found;
  } catch {
    // Not JSON: a page of a proxy, perhaps.
  }
  return (
    text
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 300) || "no explanation"
  );
}

function parseObject(text: string): JsonObject {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Reported below, with the beginning of what came.
  }
  throw new TransientError(`Kaggle's answer is not JSON: ${text.slice(0, 100)}`);
}
