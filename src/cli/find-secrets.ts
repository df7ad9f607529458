import { existsSync } from "node:fs";
import { findCredentials, secretsOf } from "../services/kaggle/credentials.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Words of a variable's name, between its underscores, that say that its value is a secret. `TOKENIZERS_PARALLELISM` has none. */
const secretWords =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|TOKEN|SECRET|SECRETS|CREDENTIAL|CREDENTIALS|PAT|KEY|APIKEY)(?:_|$)/i;

/** These say it beyond doubt, however short the value is. */
const passwordWords = /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE)$/i;

/** Shorter ones would be found in innocent words. */
const minLength = 6;
const minPasswordLength = 4;

/**
 * What nobody may see of a process's environment: the values of variables whose names say so, passwords within addresses, and
 * Kaggle's credentials, wherever they stand. The longer first: a part of one may be another.
 */
export async function findSecrets(environment: Environment): Promise<string[]> {
  const entries = Object.entries(environment).map(([name, value = ""]) => ({ name, value }));
  // A variable of this kind may also name the file that holds the secret.
  const named = entries.filter(({ name, value }) => secretWords.test(name) && !existsSync(value));
  const passwords = [
    ...named.filter(({ name }) => passwordWords.test(name)).map(({ value }) => value),
    ...entries.flatMap(({ value }) => passwordsIn(value)),
  ];
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  const login = user && password ? [Buffer.from(`${user}:${password}`).toString("base64")] : [];
  const { credentials } = await findCredentials(environment);
  const others = [
    ...named.flatMap(({ value }) => [value, ...linesOf(value)]),
    ...login,
    ...credentials.flatMap(secretsOf),
  ];
  const all = new Set([...atLeast(minPasswordLength, passwords), ...atLeast(minLength, others)]);
  return [...all].sort((a, b) => b.length - a.length);
}

const atLeast = (minimum: number, values: readonly string[]): string[] =>
  values.filter(({ length }) => length >= minimum);

/** Of a key of several lines each is one: what a program prints is looked at line by line. */
function linesOf(value: string): string[] {
  return value.split("\n").map((line) => line.trim());
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
