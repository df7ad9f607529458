import { fail } from "../../base/failure.ts";
import type { Environment } from "./credentials.ts";

/** Where people look; also what `KAGGLE_API_ENDPOINT` stands for when it is not set. */
const site = "https://www.kaggle.com";

/**
 * What `KAGGLE_API_ENVIRONMENT` may name, as in Kaggle's own client, with the address below which the API lies. Of that
 * client's other values only Kaggle's staff can make use.
 */
const environments: ReadonlyMap<string, string> = new Map([
  ["PROD", "https://api.kaggle.com"],
  ["LOCALHOST", "http://localhost/api"],
  ["TEST", "http://localhost:7777/api"],
]);

/**
 * The address of a method of Kaggle's API: `<base>/v1/<service>/<method>`, as Kaggle's own client calls it. Kaggle serves
 * it from a host of its own; every other server (`KAGGLE_API_ENDPOINT`, else `KAGGLE_API_ENVIRONMENT`) below `/api`.
 * Throws `FailureError` for an environment that is not known: a token must not go to another server than the one meant.
 */
export function methodUrl(environment: Environment, service: string, method: string): string {
  return `${findBase(environment)}/v1/${service}/${method}`;
}

/** Pages to open in a browser, for hints. */
export function competitionPage(competition: string, page: "" | "rules" | "submissions" | "data" = ""): string {
  return `${site}/competitions/${competition}${page === "" ? "" : `/${page}`}`;
}

export const tokenPage = `${site}/settings/api`;

function findBase(environment: Environment): string {
  const configured = environment["KAGGLE_API_ENDPOINT"]?.trim().replace(/\/+$/, "");
  if (configured !== undefined && configured !== "" && configured !== site) return `${configured}/api`;
  const name = environment["KAGGLE_API_ENVIRONMENT"] || "PROD";
  const base = environments.get(name);
  if (base !== undefined) return base;
  const allowed = [...environments.keys()].join(", ");
  return fail(
    "configuration",
    `KAGGLE_API_ENVIRONMENT is "${name}"; known are ${allowed}`,
    "unset it to ask kaggle.com",
  );
}
