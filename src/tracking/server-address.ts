import { fail } from "../base/failure.ts";

/** Where the MLflow server is, and how it wants to be asked. Never printed: it may hold a secret. */
export interface ServerAddress {
  /** Without a slash at the end, e.g. `http://127.0.0.1:5000`, and without a user. */
  readonly url: string;
  readonly login?: Login;
  /** Where a server has several. */
  readonly workspace?: string;
  readonly tls?: TlsSettings;
  /** How long an answer may take. */
  readonly timeoutMs?: number;
}

/** Who asks. */
export type Login =
  | {
      readonly type: "password";
      readonly user: string;
      readonly password: string;
      /** Where the password stands. */
      readonly source: "MLFLOW_TRACKING_PASSWORD" | "MLFLOW_TRACKING_URI";
    }
  | { readonly type: "token"; readonly token: string };

export interface TlsSettings {
  readonly trust:
    | { readonly type: "anybody" }
    /** Those whose certificates are in this file. */
    | { readonly type: "file"; readonly path: string }
    | { readonly type: "system" };
  /** Shows who we are: a file with a certificate and its key. */
  readonly clientFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The server that MLflow's own variables name: `MLFLOW_TRACKING_URI`, with `MLFLOW_TRACKING_USERNAME` and `_PASSWORD` or
 * `MLFLOW_TRACKING_TOKEN`, `MLFLOW_WORKSPACE`, and for TLS `MLFLOW_TRACKING_INSECURE_TLS`, `_SERVER_CERT_PATH` and
 * `_CLIENT_CERT_PATH`, and `MLFLOW_HTTP_REQUEST_TIMEOUT`, in seconds. `undefined` when none is named, or when it is no HTTP address. Throws `FailureError` when a variable
 * says nothing that makes sense.
 */
export function addressFromEnvironment(environment: Environment): ServerAddress | undefined {
  const uri = environment["MLFLOW_TRACKING_URI"];
  return uri !== undefined && /^https?:\/\//.test(uri) ? addressOf(uri, environment) : undefined;
}

/** An address with the credentials of the environment. A user within the URL counts too. */
export function addressOf(uri: string, environment: Environment): ServerAddress {
  // Not repeated: it may hold a password.
  if (!URL.canParse(uri)) fail("environment", "MLFLOW_TRACKING_URI is no address; one looks like http://host:5000.");
  const parsed = new URL(uri);
  const login = findLogin(parsed, environment);
  const workspace = environment["MLFLOW_WORKSPACE"];
  const tls = parsed.protocol === "https:" ? readTlsSettings(environment) : undefined;
  return {
    url: `${parsed.protocol}//${parsed.host}${parsed.pathname}`.replace(/\/+$/, ""),
    ...(login && { login }),
    ...(workspace && { workspace }),
    ...(tls && { tls }),
    ...readTimeout(environment),
  };
}

function readTimeout({ MLFLOW_HTTP_REQUEST_TIMEOUT: text }: Environment): Pick<ServerAddress, "timeoutMs"> {
  if (!text) return {};
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400))
    fail("environment", `MLFLOW_HTTP_REQUEST_TIMEOUT is "${text}"; it can be a number of seconds, such as 30.`);
  return { timeoutMs: seconds * 1000 };
}

/** As MLflow's own client has it, a password goes before a token, and half a login is none. */
function findLogin(uri: URL, environment: Environment): Login | undefined {
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  const token = environment["MLFLOW_TRACKING_TOKEN"];
  if (user && password) return { type: "password", user, password, source: "MLFLOW_TRACKING_PASSWORD" };
  if (uri.username !== "") {
    const inAddress = { user: decode(uri.username), password: password || decode(uri.password) };
    return { type: "password", ...inAddress, source: password ? "MLFLOW_TRACKING_PASSWORD" : "MLFLOW_TRACKING_URI" };
  }
  if (token) return { type: "token", token };
  const lacking = password ? "MLFLOW_TRACKING_USERNAME" : "MLFLOW_TRACKING_PASSWORD";
  const given = password ? "MLFLOW_TRACKING_PASSWORD" : "MLFLOW_TRACKING_USERNAME";
  if (user || password) fail("environment", `${given} is set, and ${lacking} is not: MLflow wants both.`);
  return undefined;
}

/** A percent sign that begins no code stands for itself: who writes a password into an address need not know of codes. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

function readTlsSettings(environment: Environment): TlsSettings {
  const path = environment["MLFLOW_TRACKING_SERVER_CERT_PATH"];
  const clientFile = environment["MLFLOW_TRACKING_CLIENT_CERT_PATH"];
  const insecure = environment["MLFLOW_TRACKING_INSECURE_TLS"] || "false";
  // MLflow takes these words for a truth value, and no others.
  if (!/^(true|false|1|0)$/i.test(insecure))
    fail("environment", `MLFLOW_TRACKING_INSECURE_TLS is "${insecure}"; it can be true or false.`);
  const isInsecure = /^(true|1)$/i.test(insecure);
  if (isInsecure && path)
    fail(
      "environment",
      "MLFLOW_TRACKING_INSECURE_TLS trusts anybody, and MLFLOW_TRACKING_SERVER_CERT_PATH names whom to trust: unset one of them.",
    );
  const trust = isInsecure
    ? ({ type: "anybody" } as const)
    : path
      ? ({ type: "file", path } as const)
      : ({ type: "system" } as const);
  return { trust, ...(clientFile && { clientFile }) };
}
