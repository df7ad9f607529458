import { existsSync } from "node:fs";
import { findCredentials, secretsOf } from "../services/kaggle/credentials.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Words of a variable's name, between its underscores, that say that its value is a secret. `TOKENIZERS_PARALLELISM` has none. */
const secretWords =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|TOKEN|SECRET|SECRETS|CREDENTIAL|CREDENTIALS|PAT|KEY|APIKEY)(?:_|$)/i;

/** Shorter ones would be found in innocent words. */
const minLength = 6;

/**
 * What nobody may see of a process's environment: the values of variables whose names say so, passwords within addresses, and
 * Kaggle's credentials, wherever they stand.
 */
export async function findSecrets(environment: Environment): Promise<string[]> {
  const values = Object.entries(environment).flatMap(([name, value = ""]) => [
    // A variable of this kind may also name the file that holds the secret.
    ...(secretWords.test(name) && !existsSync(value) ? [value] : []),
    ...passwordsIn(value),
  ]);
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  const login = user && password ? [Buffer.from(`${user}:${password}`).toString("base64")] : [];
  const { credentials } = await findCredentials(environment);
  const all = [...values, ...login, ...credentials.flatMap(secretsOf)];
  // The longer first: a part of it may be another.
  return [...new Set(all)].filter(({ length }) => length >= minLength).sort((a, b) => b.length - a.length);
}

/** The password of an address such as `https://user:password@host`, as it is written there and as it is meant. */
function passwordsIn(value: string): string[] {
  if (!value.includes("@") || !URL.canParse(value)) return [];
  const { username, password } = new URL(value);
  if (password === "") return [];
  const written = value.slice(value.indexOf(`${username}:`) + username.length + 1, value.lastIndexOf("@"));
  return [...new Set([password, written, decode(password)])];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
