/** Where the MLflow server is, and how it wants to be asked. Never printed: it may hold a secret. */
export interface ServerAddress {
  /** Without a slash at the end, e.g. `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The server that MLflow's own variables name: `MLFLOW_TRACKING_URI`, with `MLFLOW_TRACKING_USERNAME` and `_PASSWORD` or
 * `MLFLOW_TRACKING_TOKEN`, and `MLFLOW_WORKSPACE`. `undefined` when none is named, or when it is no HTTP address.
 */
export function addressFromEnvironment(environment: Environment): ServerAddress | undefined {
  const uri = environment["MLFLOW_TRACKING_URI"];
  return uri !== undefined && /^https?:\/\//.test(uri) ? addressOf(uri, environment) : undefined;
}

/** An address with the credentials of the environment. A user name within the URL counts too. */
export function addressOf(uri: string, environment: Environment): ServerAddress {
  const parsed = new URL(uri);
  const user = environment["MLFLOW_TRACKING_USERNAME"] ?? decodeURIComponent(parsed.username);
  const password = environment["MLFLOW_TRACKING_PASSWORD"] ?? decodeURIComponent(parsed.password);
  const token = environment["MLFLOW_TRACKING_TOKEN"];
  const workspace = environment["MLFLOW_WORKSPACE"];
  parsed.username = "";
  parsed.password = "";
  const authorization =
    user !== "" ? `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` : token && `Bearer ${token}`;
  return {
    url: parsed.href.replace(/\/+$/, ""),
    headers: { ...(authorization && { authorization }), ...(workspace && { "x-mlflow-workspace": workspace }) },
  };
}
