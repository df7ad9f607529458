import type { JsonObject } from "../../base/json.ts";
import type { KaggleClient } from "./client.ts";

/** What Kaggle tells of a competition, as far as it matters here. */
export interface Competition {
  readonly slug: string;
  readonly title: string;
  /** The account has accepted the rules. */
  readonly hasEntered: boolean;
  /** 0 when Kaggle does not say. */
  readonly maxDailySubmissions: number;
  readonly evaluationMetric: string | undefined;
  /** Takes notebooks only, no files. */
  readonly isNotebooksOnly: boolean;
  readonly submissionsDisabled: boolean;
  /** ISO 8601. */
  readonly deadline: string | undefined;
  /** ISO 8601. Who has not entered by then cannot while the competition lasts. */
  readonly newEntrantDeadline: string | undefined;
}

/** Asks for a competition: the cheapest way to find out that credentials or slug are wrong. */
export async function getCompetition(client: KaggleClient, slug: string): Promise<Competition> {
  const answer = await client.call("GetCompetition", { competitionName: slug });
  return {
    slug,
    title: readText(answer, "title") ?? slug,
    hasEntered: answer["userHasEntered"] === true,
    maxDailySubmissions: Number(answer["maxDailySubmissions"] ?? 0),
    evaluationMetric: readText(answer, "evaluationMetric"),
    isNotebooksOnly: answer["isKernelsSubmissionsOnly"] === true,
    submissionsDisabled: answer["submissionsDisabled"] === true,
    deadline: readText(answer, "deadline"),
    newEntrantDeadline: readText(answer, "newEntrantDeadline"),
  };
}

/** One of a competition's files. */
export interface CompetitionFile {
  /** With its folders: `train/a.png`. */
  readonly name: string;
  readonly sizeBytes: number;
}

const filesPerPage = 200;

/** All files of a competition, page after page. */
export async function* listFiles(client: KaggleClient, slug: string): AsyncGenerator<CompetitionFile> {
  let pageToken = "";
  do {
    const request = { competitionName: slug, pageSize: filesPerPage, ...(pageToken !== "" && { pageToken }) };
    const answer = await client.call("ListDataFiles", request);
    for (const file of readObjects(answer, "files")) {
      yield { name: readText(file, "name") ?? readText(file, "ref") ?? "", sizeBytes: Number(file["totalBytes"] ?? 0) };
    }
    pageToken = readText(answer, "nextPageToken") ?? "";
  } while (pageToken !== "");
}

/** A field's text; undefined when it is absent or empty, which Kaggle does not tell apart. */
export function readText(object: JsonObject, field: string): string | undefined {
  const value = object[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A field's list of objects; empty when absent. */
export function readObjects(object: JsonObject, field: string): readonly JsonObject[] {
  const value = object[field];
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}
