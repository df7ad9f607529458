import { execFile } from "node:child_process";
import type { RunStarted } from "../base/event.ts";

/** A repository that does not answer in this time is not waited for. */
const timeoutMs = 2_000;

/** The commit that the project's folder is at; undefined outside a repository, and where there is no git. */
export async function readGitState(folder: string): Promise<RunStarted["git"]> {
  const text = await runGit(folder, [
    "--no-optional-locks",
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=no",
  ]);
  const commit = /^# branch\.oid ([0-9a-f]+)$/m.exec(text ?? "")?.[1];
  if (text === undefined || commit === undefined) return undefined;
  const branch = /^# branch\.head (?!\(detached\))(.+)$/m.exec(text)?.[1];
  const dirty = /^[^#]/m.test(text);
  return { commit, dirty, ...(branch === undefined ? {} : { branch }) };
}

function runGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", args, { cwd: folder, timeout: timeoutMs }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
