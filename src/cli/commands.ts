import type { CommandDefinition } from "./command.ts";

/** All commands. A new one is one line here and one file in `commands/`. */
export const commands: readonly CommandDefinition[] = [
  {
    name: "run",
    summary: "Run a pipeline: what is not in the cache yet, and what follows from it.",
    positionals: ["FILE"],
    options: ["set", "target", "from", "force", "keep-going", "dry-run", "jobs", "no-mlflow", "json", "quiet"],
    load: async () => (await import("./commands/run.ts")).run,
  },
  {
    name: "watch",
    summary: "Run a pipeline, and again whenever the document or a file that its stages read has changed.",
    positionals: ["FILE"],
    options: ["set", "target", "keep-going", "jobs", "no-mlflow", "quiet"],
    load: async () => (await import("./commands/watch.ts")).watch,
  },
  {
    name: "plan",
    aliases: ["status"],
    summary: "Say what a run would do, and why, without doing it.",
    positionals: ["FILE"],
    options: ["set", "target", "from", "force", "online", "json"],
    load: async () => (await import("./commands/plan.ts")).plan,
  },
  {
    name: "why",
    summary:
      "Explain why a stage would run or not: all that decides it, and what changed; FILE is that of the latest run.",
    positionals: ["STAGE", "[FILE]"],
    options: ["set", "json"],
    load: async () => (await import("./commands/why.ts")).why,
  },
  {
    name: "validate",
    summary: "Check a pipeline and report all its mistakes.",
    positionals: ["FILE"],
    options: ["set", "json"],
    load: async () => (await import("./commands/validate.ts")).validate,
  },
  {
    name: "runs",
    summary: "List the runs, newest first: when, how long, how they ended, their main metrics, the commit.",
    positionals: [],
    options: ["pipeline", "limit", "json"],
    load: async () => (await import("./commands/runs.ts")).runs,
  },
  {
    name: "compare",
    summary: "Show runs side by side: how they ended, parameters that differ, last and best metrics.",
    positionals: ["RUN", "RUN..."],
    options: ["json"],
    load: async () => (await import("./commands/compare.ts")).compare,
  },
  {
    name: "diff",
    summary: "Compare two runs: parameters, what decides each stage, results, metrics, environment.",
    positionals: ["RUN", "RUN"],
    options: ["json"],
    load: async () => (await import("./commands/diff.ts")).diff,
  },
  {
    name: "report",
    summary: "Write the page of a run (runs/ID/report.html) anew and print its path; RUN is the latest unless named.",
    positionals: ["[RUN]"],
    options: [],
    load: async () => (await import("./commands/report.ts")).report,
  },
  {
    name: "cache",
    summary:
      "List kept results (ls), read them again (verify), remove some (gc), keep some from that (pin, unpin), copy all to the remote cache (push).",
    positionals: ["ls|verify|gc|pin|unpin|push", "[ENTRY|RUN|STAGE]"],
    options: ["sort", "max-size", "older-than", "keep-runs", "compare", "dry-run", "json", "quiet"],
    load: async () => (await import("./commands/cache.ts")).cache,
  },
  {
    name: "mlflow",
    summary: "Start (up), stop (down) or open a local MLflow server, or deliver runs that it does not know (sync).",
    positionals: ["up|down|open|sync", "[RUN]"],
    options: ["port"],
    load: async () => (await import("./commands/mlflow.ts")).mlflow,
  },
  {
    name: "leaderboard",
    summary: "List all submissions to a pipeline's competitions, with their runs and scores; --plot draws the scores.",
    positionals: ["FILE"],
    options: ["set", "metric", "plot", "best", "json"],
    load: async () => (await import("./commands/leaderboard.ts")).leaderboard,
  },
  {
    name: "setup",
    summary: "Make TensorFlow ready on this machine; a run that needs it does so by itself.",
    positionals: [],
    options: [],
    load: async () => (await import("./commands/setup.ts")).setup,
  },
  {
    name: "doctor",
    summary: "Look at what pipe needs of this machine, and say what to do about what is missing.",
    positionals: [],
    options: [],
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "exec-stage",
    summary: "Execute one stage in this process; the runner starts it.",
    positionals: ["SPEC"],
    options: [],
    isHidden: true,
    load: async () => (await import("./commands/exec-stage.ts")).execStage,
  },
  {
    name: "help",
    summary: "Explain pipe, or one of its commands.",
    positionals: ["[COMMAND]"],
    options: [],
    load: async () => (await import("./commands/help.ts")).help,
  },
  {
    name: "version",
    summary: "Print the version.",
    positionals: [],
    options: [],
    load: async () => (await import("./commands/version.ts")).version,
  },
];

/** Finds a command by its name or alias. */
export function findCommand(name: string): CommandDefinition | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}
