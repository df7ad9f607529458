import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** What `environment` means everywhere in services: the process's, passed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One way to prove who we are. */
export type KaggleCredential = CredentialOrigin &
  (
    | { readonly type: "token"; readonly token: string }
    | { readonly type: "key"; readonly username: string; readonly key: string }
    | {
        readonly type: "oauth";
        readonly refreshToken: string;
        readonly accessToken: string | undefined;
        /** Milliseconds since the Unix epoch; 0 when unknown. */
        readonly expiresAt: number;
      }
  );

interface CredentialOrigin {
  /** Where it was found, for messages. */
  readonly source: string;
  /** The file with the secret in it, if it is in one. */
  readonly file?: string;
}

export interface FoundCredentials {
  /** In the order in which Kaggle's own client tries them. */
  readonly credentials: readonly KaggleCredential[];
  /** What was there but of no use, and why. Without secrets. */
  readonly problems: readonly string[];
}

/**
 * Looks wherever Kaggle's own command line looks, in its order: access token, legacy username and key, OAuth login.
 * Reads files only; asks no server.
 */
export async function findCredentials(environment: Environment): Promise<FoundCredentials> {
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? homedir();
  const problems: string[] = [];
  const found = [
    await findToken(environment, home),
    await findKey(environment, home, problems),
    await findLogin(home, problems),
  ];
  return { credentials: found.filter((credential) => credential !== undefined), problems };
}

/** Everything in a credential that must not be shown. */
export function secretsOf(credential: KaggleCredential): readonly string[] {
  switch (credential.type) {
    case "token":
      return [credential.token];
    case "key":
      return [credential.key, Buffer.from(`${credential.username}:${credential.key}`).toString("base64")];
    case "oauth":
      return [credential.refreshToken, ...(credential.accessToken === undefined ? [] : [credential.accessToken])];
  }
}

async function findToken(environment: Environment, home: string): Promise<KaggleCredential | undefined> {
  if (environment["KAGGLE_KERNEL_RUN_TYPE"] !== undefined) {
    const path = environment["KAGGLE_API_V1_TOKEN"];
    const token = path === undefined ? undefined : await readTrimmed(path);
    if (path !== undefined && token !== undefined)
      return { type: "token", token, source: "the file named by KAGGLE_API_V1_TOKEN", file: path };
  }
  const variable = environment["KAGGLE_API_TOKEN"]?.trim();
  if (variable !== undefined && variable !== "") {
    const fromFile = await readTrimmed(variable);
    if (fromFile !== undefined)
      return { type: "token", token: fromFile, source: "the file named by KAGGLE_API_TOKEN", file: variable };
    return { type: "token", token: variable, source: "KAGGLE_API_TOKEN" };
  }
  for (const name of ["access_token", "access_token.txt"]) {
    const path = join(home, ".kaggle", name);
    const token = await readTrimmed(path);
    if (token !== undefined) return { type: "token", token, source: path, file: path };
  }
  return undefined;
}

async function findKey(
  environment: Environment,
  home: string,
  problems: string[],
): Promise<KaggleCredential | undefined> {
  const { path, fields } = await readKeyFile(environment, home, problems);
  const [username, key] = [
    environment["KAGGLE_USERNAME"] || fields["username"],
    environment["KAGGLE_KEY"] || fields["key"],
  ];
  const sources = [
    ...new Set([
      environment["KAGGLE_USERNAME"] ? "KAGGLE_USERNAME" : path,
      environment["KAGGLE_KEY"] ? "KAGGLE_KEY" : path,
    ]),
  ];
  if (typeof username === "string" && typeof key === "string") {
    const isInFile = key !== environment["KAGGLE_KEY"];
    return { type: "key", username, key, source: sources.join(" and "), ...(isInFile && { file: path }) };
  }
  if (environment["KAGGLE_USERNAME"]) problems.push("KAGGLE_USERNAME is set, but KAGGLE_KEY is not");
  if (environment["KAGGLE_KEY"]) problems.push("KAGGLE_KEY is set, but KAGGLE_USERNAME is not");
  return undefined;
}

/** Reads the first kaggle.json there is: in KAGGLE_CONFIG_DIR alone if that is set, else in the home's two places. */
async function readKeyFile(
  environment: Environment,
  home: string,
  problems: string[],
): Promise<{ path: string; fields: Readonly<Record<string, unknown>> }> {
  const configured = environment["KAGGLE_CONFIG_DIR"];
  const xdg = environment["XDG_CONFIG_HOME"] || join(home, ".config");
  const folders = configured ? [configured] : [join(home, ".kaggle"), join(xdg, "kaggle")];
  for (const path of folders.map((folder) => join(folder, "kaggle.json"))) {
    const fields = await readJsonObject(path, problems);
    if (fields === undefined) continue;
    const missing = ["username", "key"].filter((name) => typeof fields[name] !== "string" || fields[name] === "");
    if (missing.length > 0) problems.push(`${path} has no ${missing.map((name) => `"${name}"`).join(" and no ")}`);
    return { path, fields };
  }
  return { path: "kaggle.json", fields: {} };
}

async function findLogin(home: string, problems: string[]): Promise<KaggleCredential | undefined> {
  const path = join(home, ".kaggle", "credentials.json");
  const fields = await readJsonObject(path, problems);
  const refreshToken = fields?.["refresh_token"];
  if (fields === undefined || typeof refreshToken !== "string" || refreshToken === "") return undefined;
  const accessToken = fields["access_token"];
  const expiresAt = Date.parse(String(fields["access_token_expiration"]));
  return {
    type: "oauth",
    refreshToken,
    accessToken: typeof accessToken === "string" && accessToken !== "" ? accessToken : undefined,
    expiresAt: Number.isNaN(expiresAt) ? 0 : expiresAt,
    source: path,
    file: path,
  };
}

async function readTrimmed(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trim() === "" ? undefined : text.trim();
}

async function readJsonObject(
  path: string,
  problems: string[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readTrimmed(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The parser's message may quote the file's content, which is secret.
  }
  problems.push(`${path} is not a JSON object`);
  return undefined;
}
