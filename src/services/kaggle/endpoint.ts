import type { Environment } from "./credentials.ts";

/** Where people look; also what `KAGGLE_API_ENDPOINT` stands for when it is not set. */
const site = "https://www.kaggle.com";

/**
 * The address of a method of Kaggle's API: `<base>/v1/<service>/<method>`, as Kaggle's own client calls it. Kaggle serves
 * it from a host of its own; every other server (`KAGGLE_API_ENDPOINT`) below `/api`.
 */
export function methodUrl(environment: Environment, service: string, method: string): string {
  const endpoint = readEndpoint(environment);
  const base = endpoint === site ? "https://api.kaggle.com" : `${endpoint}/api`;
  return `${base}/v1/${service}/${method}`;
}

/** Pages to open in a browser, for hints. */
export function competitionPage(competition: string, page: "" | "rules" | "submissions" | "data" = ""): string {
  return `${site}/competitions/${competition}${page === "" ? "" : `/${page}`}`;
}

export const tokenPage = `${site}/settings/api`;

function readEndpoint(environment: Environment): string {
  const configured = environment["KAGGLE_API_ENDPOINT"]?.trim().replace(/\/+$/, "");
  return configured === undefined || configured === "" ? site : configured;
}
