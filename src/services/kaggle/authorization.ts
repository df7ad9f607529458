import { FailureError } from "../../base/failure.ts";
import type { Clock } from "../clock.ts";
import { type FoundCredentials, type KaggleCredential, secretsOf } from "./credentials.ts";
import { tokenPage } from "./endpoint.ts";

/** Exchanges a refresh token for a short-lived access token. */
export type RefreshToken = (refreshToken: string) => Promise<{ token: string; expiresInMs: number }>;

/** An access token is renewed when it has less than this to live. */
const renewBeforeMs = 300_000;

/** Chooses the credential that Kaggle accepts, in the order found, and makes headers from it. */
export class Authorization {
  readonly #found: FoundCredentials;
  readonly #refresh: RefreshToken;
  readonly #clock: Clock;
  readonly #secrets: string[];
  #index = 0;
  #access: { readonly token: string; readonly expiresAt: number } | undefined;

  constructor(found: FoundCredentials, refresh: RefreshToken, clock: Clock) {
    this.#found = found;
    this.#refresh = refresh;
    this.#clock = clock;
    this.#secrets = found.credentials.flatMap(secretsOf);
  }

  /** All that must never be printed. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  /** Where the credential in use comes from, and its form. */
  get description(): string {
    const credential = this.#current();
    return `the ${describeForm(credential)} from ${credential.source}`;
  }

  /** The file that holds the credential in use, if one does. */
  get file(): string | undefined {
    return this.#current().file;
  }

  /** The `Authorization` header. Throws `FailureError` when there is no credential. */
  async header(): Promise<string> {
    const credential = this.#current();
    switch (credential.type) {
      case "token":
        return `Bearer ${credential.token}`;
      case "key":
        return `Basic ${Buffer.from(`${credential.username}:${credential.key}`).toString("base64")}`;
      case "oauth":
        return `Bearer ${await this.#accessToken(credential)}`;
    }
  }

  /** Turns to the next credential because the server does not accept this one; false when it was the last. */
  reject(): boolean {
    if (this.#index + 1 >= this.#found.credentials.length) return false;
    this.#index += 1;
    return true;
  }

  /** What to say when the server accepts none. */
  rejection(): FailureError {
    const tried = this.#found.credentials.slice(0, this.#index + 1);
    return new FailureError({
      cause: "refused",
      message: `Kaggle does not accept ${tried.map((one) => `the ${describeForm(one)} from ${one.source}`).join(", nor ")}`,
      hint: tried.some(looksLikeToken)
        ? `a legacy key has 32 hexadecimal digits; a token from ${tokenPage} belongs in KAGGLE_API_TOKEN or ~/.kaggle/access_token instead`
        : `make a new token at ${tokenPage} and put it in KAGGLE_API_TOKEN or ~/.kaggle/access_token`,
      ...this.#problems(),
    });
  }

  #current(): KaggleCredential {
    const credential = this.#found.credentials[this.#index];
    if (credential !== undefined) return credential;
    throw new FailureError({
      cause: "environment",
      message:
        "no Kaggle credentials were found: not in KAGGLE_API_TOKEN, ~/.kaggle/access_token, KAGGLE_USERNAME and KAGGLE_KEY, kaggle.json, or ~/.kaggle/credentials.json",
      hint: `make a token at ${tokenPage} and put it in KAGGLE_API_TOKEN or ~/.kaggle/access_token`,
      ...this.#problems(),
    });
  }

  #problems(): { detail?: string } {
    return this.#found.problems.length === 0 ? {} : { detail: this.#found.problems.join("\n") };
  }

  async #accessToken(credential: KaggleCredential & { type: "oauth" }): Promise<string> {
    if (this.#access === undefined && credential.accessToken !== undefined) {
      this.#access = { token: credential.accessToken, expiresAt: credential.expiresAt };
    }
    if (this.#access === undefined || this.#access.expiresAt - renewBeforeMs < this.#clock.now()) {
      const { token, expiresInMs } = await this.#refresh(credential.refreshToken);
      this.#secrets.push(token);
      this.#access = { token, expiresAt: this.#clock.now() + expiresInMs };
    }
    return this.#access.token;
  }
}

function describeForm(credential: KaggleCredential): string {
  switch (credential.type) {
    case "token":
      return "access token";
    case "key":
      return "legacy username and key";
    case "oauth":
      return "OAuth login";
  }
}

/** The new kind of token in the place of a legacy key: the usual reason for a 401. */
function looksLikeToken(credential: KaggleCredential): boolean {
  return credential.type === "key" && !/^[0-9a-f]{32}$/.test(credential.key);
}
