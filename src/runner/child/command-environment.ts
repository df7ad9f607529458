import { attemptVariable } from "../../cache/orphan.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What reaches every command: where programs and a user's files are, how the network and a graphics card are reached. None of it
 * should change what a command computes.
 */
const passedToAll = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "TERM",
  "TMPDIR",
  "XDG_*",
  "LD_LIBRARY_PATH",
  "VIRTUAL_ENV",
  "CONDA_PREFIX",
  "CUDA_VISIBLE_DEVICES",
  "NVIDIA_*",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  // By it, a later run finds what a killed one left at work.
  attemptVariable,
];

/** The language and the time zone change sort orders and dates, so they are the same everywhere unless the stage says otherwise. */
const fixed = { LANG: "C.UTF-8", TZ: "UTC" } as const;

/** The variables of `environment` that a command gets: those that all get, and those that `passed` names, `*` at an end standing for any. */
export function selectEnvironment(environment: Environment, passed: readonly string[]): Record<string, string> {
  const patterns = [...passedToAll, ...passed];
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith("*")));
  const prefixes = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  const selected: Record<string, string> = { ...fixed };
  for (const [name, value] of Object.entries(environment)) {
    const isPassed = exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
    if (isPassed && value !== undefined) selected[name] = value;
  }
  return selected;
}

/** Names among `passed` that are not set, patterns aside. */
export function listUnset(environment: Environment, passed: readonly string[]): string[] {
  return passed.filter((name) => !name.endsWith("*") && environment[name] === undefined);
}
