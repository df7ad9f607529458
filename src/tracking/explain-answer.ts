import { parseRetryAfter } from "../util/retry-after.ts";
import { shorten } from "../util/shorten.ts";
import { MlflowError } from "./mlflow-error.ts";
import type { TransportAnswer } from "./mlflow-transport.ts";
import { parseAnswer } from "./parse-answer.ts";
import type { ServerAddress } from "./server-address.ts";

/** What an answer means that is no success, or not MLflow's, and which variable to look at. */
export function explainAnswer(
  { status, text, location, retryAfter }: TransportAnswer,
  server: ServerAddress,
): MlflowError {
  const { url } = server;
  const { error_code: code, message } = parseAnswer(text) ?? {};
  const said = typeof message === "string" ? message : summarizePage(text);
  if (status === 401) return new MlflowError(status, "UNAUTHENTICATED", explainLogin(server));
  if (status === 403 && said.startsWith("Invalid Host header"))
    return new MlflowError(status, "HOST_NOT_ALLOWED", explainHost(url));
  if (status === 403)
    return new MlflowError(
      status,
      "PERMISSION_DENIED",
      `${url} does not permit it to ${describeUser(server)} (${said})`,
    );
  if (status >= 300 && status < 400)
    return new MlflowError(
      status,
      "MOVED",
      `${url} is elsewhere: set MLFLOW_TRACKING_URI to ${originOf(location, url)}`,
    );
  if (aboutWorkspaces.test(said)) return new MlflowError(status, "NO_WORKSPACE", explainWorkspace(server, said));
  const retryAfterMs = parseRetryAfter(retryAfter, Date.now());
  const pause = retryAfterMs === undefined ? "" : ` (and asks for a pause of ${Math.ceil(retryAfterMs / 1000)} s)`;
  if (isOwn(status) || typeof code === "string")
    return new MlflowError(
      status,
      typeof code === "string" ? code : String(status),
      `${url} answers ${status}${pause}: ${said}`,
      retryAfterMs,
    );
  return new MlflowError(
    status,
    "NO_MLFLOW",
    `${url} answers ${status}${pause}, and not as MLflow does ("${said}"): a proxy before it is in trouble, or MLFLOW_TRACKING_URI is wrong`,
    retryAfterMs,
  );
}

/** These say the same whoever says them: too large, too much, in trouble. */
const isOwn = (status: number): boolean => status === 408 || status === 413 || status === 429 || status >= 500;

/** The title of a page, or the beginning of its text. */
function summarizePage(text: string): string {
  const title = /<title>([^<]+)<\/title>/i.exec(text)?.[1];
  const words = (title ?? text.replaceAll(/<[^>]*>/g, " ")).replaceAll(/\s+/g, " ").trim();
  return shorten(words, 200);
}

/** How MLflow's messages about workspaces begin, whatever their code. */
const aboutWorkspaces = /^(Workspace '|Workspace name |Workspace APIs |Active workspace is required)/;

function explainLogin({ url, login }: ServerAddress): string {
  if (login === undefined)
    return `${url} wants credentials: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN`;
  if (login.type === "token") return `${url} does not accept the token in MLFLOW_TRACKING_TOKEN`;
  const user = login.source === "MLFLOW_TRACKING_URI" ? "the user" : "MLFLOW_TRACKING_USERNAME";
  return `${url} does not accept ${user} "${login.user}" with the password in ${login.source}`;
}

function describeUser({ login }: ServerAddress): string {
  if (login === undefined) return "somebody without credentials";
  return login.type === "password" ? `the user "${login.user}"` : "the owner of MLFLOW_TRACKING_TOKEN";
}

/** MLflow 3.5 and newer serves only names of this machine and private addresses, unless it is told of others. */
function explainHost(url: string): string {
  const { host } = new URL(url);
  return `the server does not answer to the name "${host}" in MLFLOW_TRACKING_URI: start it with --allowed-hosts "${host},localhost:*", or with MLFLOW_SERVER_ALLOWED_HOSTS so set`;
}

function explainWorkspace({ url, workspace }: ServerAddress, said: string): string {
  return workspace === undefined
    ? `${url} wants a workspace: set MLFLOW_WORKSPACE (${said})`
    : `${url} does not take the workspace "${workspace}" in MLFLOW_WORKSPACE (${said})`;
}

/** What to write into the variable: where the answer leads to, without what was asked for there. */
function originOf(location: string | undefined, url: string): string {
  if (location === undefined || !URL.canParse(location, url)) return "where it is";
  const target = new URL(location, url);
  const [prefix = ""] = target.pathname.split("/api/2.0/");
  return `${target.origin}${prefix}`.replace(/\/+$/, "");
}

/** What it means that there is no answer. */
export function explainSilence(error: unknown, { url }: ServerAddress): MlflowError {
  const code = codeOf(error);
  if (/^(CERT_|DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/.test(code))
    return new MlflowError(
      0,
      "CERTIFICATE_NOT_TRUSTED",
      `the certificate of ${url} is not trusted (${code}): name a file with it, or with that of its issuer, in MLFLOW_TRACKING_SERVER_CERT_PATH, or set MLFLOW_TRACKING_INSECURE_TLS=true to trust anybody`,
    );
  if (/_ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA)$/.test(code))
    return new MlflowError(
      0,
      "CERTIFICATE_WANTED",
      `${url} wants to see a certificate that it knows (${code}): name a file with one and its key in MLFLOW_TRACKING_CLIENT_CERT_PATH`,
    );
  if (/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/.test(code))
    return new MlflowError(
      0,
      "NO_TLS",
      `${url} does not speak TLS (${code}): MLFLOW_TRACKING_URI may have to begin with http://`,
    );
  return new MlflowError(0, "NO_ANSWER", `${url} does not answer (${code})`);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it took too long";
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
