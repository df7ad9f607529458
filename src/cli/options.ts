/** One option of the command line; the parser, `--help` and docs/reference/cli.md come from this table. */
export interface OptionDefinition {
  /** `switch`: no value. `value`: always one. `optional`: `--name` or `--name=VALUE`. */
  readonly type: "switch" | "value" | "optional";
  /** One letter, given after one dash. */
  readonly short?: string;
  /** May be given several times. */
  readonly isMultiple?: boolean;
  /** What stands for the value in the help, e.g. `DIR`. */
  readonly placeholder?: string;
  readonly description: string;
}

export const optionTable = {
  set: {
    type: "value",
    isMultiple: true,
    placeholder: "params.NAME=VALUE",
    description: "Change a parameter of the document for this time; VALUE is YAML. May be repeated.",
  },
  target: {
    type: "value",
    isMultiple: true,
    placeholder: "STAGE",
    description:
      "Only this stage and what it needs. Of a matrix, the name means all its stages, and NAME@KEY=VALUE some. May be repeated.",
  },
  force: {
    type: "optional",
    isMultiple: true,
    placeholder: "STAGE",
    description: "Run stages although their results are in the cache: all, or with =STAGE the one. May be repeated.",
  },
  from: {
    type: "value",
    isMultiple: true,
    placeholder: "STAGE",
    description:
      "Run this stage and all that follow from it although their results are in the cache; what it needs is taken from there as ever. With --target, only as far as that stage. May be repeated.",
  },
  "keep-going": {
    type: "switch",
    short: "k",
    description:
      "After a failure, go on with all that does not need the failed stage; otherwise only what runs already is let to its end.",
  },
  jobs: {
    type: "value",
    short: "j",
    placeholder: "N",
    description: "Run no more than this many stages at a time; otherwise as many as fit the machine.",
  },
  json: {
    type: "switch",
    description: "Write JSON to standard output, for other programs.",
  },
  quiet: {
    type: "switch",
    short: "q",
    description: "Say only what went wrong, and the results.",
  },
  port: {
    type: "value",
    placeholder: "PORT",
    description: "The port of the server; 5000 unless it is taken.",
  },
  "no-mlflow": {
    type: "switch",
    description: "Do not tell the MLflow server of this run; pipe mlflow sync can do it later.",
  },
  online: {
    type: "switch",
    description: "Ask Kaggle how many submissions are left to competitions that the run would submit to.",
  },
  pipeline: {
    type: "value",
    placeholder: "NAME",
    description: "Only runs of the pipeline of this name.",
  },
  limit: {
    type: "value",
    placeholder: "N",
    description: "Show no more than this many; 20 unless given.",
  },
  plot: {
    type: "value",
    placeholder: "FILE.svg",
    description: "Draw the public score over the submissions into this file, and as PNG beside it.",
  },
  best: {
    type: "value",
    placeholder: "highest|lowest",
    description:
      "Which public score is the better one, for the line of the best so far in --plot; highest unless given.",
  },
  metric: {
    type: "value",
    placeholder: "NAME",
    description:
      "Show this metric of the runs beside the public score, e.g. best/val_macro_f1; of stages that report it, the last one's.",
  },
  sort: {
    type: "value",
    placeholder: "ORDER",
    description: "Order of the list: used (latest use first), made, size or stage.",
  },
  "max-size": {
    type: "value",
    placeholder: "SIZE",
    description: "Remove what was not used for longest until the rest has this size, e.g. 20GB.",
  },
  "older-than": {
    type: "value",
    placeholder: "TIME",
    description: "Remove what was not used for this time, e.g. 30d.",
  },
  "keep-runs": {
    type: "value",
    placeholder: "NUMBER",
    description: "Keep all that this many of the latest runs lead to; 10 unless given.",
  },
  compare: {
    type: "switch",
    description: "With push: read all that the remote cache has, and replace what is not the same.",
  },
  "dry-run": {
    type: "switch",
    description: "Say what would be done, and do nothing.",
  },
  directory: {
    type: "value",
    short: "C",
    placeholder: "DIR",
    description: "Work as if started in this folder.",
  },
  "no-color": {
    type: "switch",
    description: "No colours. So does the environment variable NO_COLOR.",
  },
  help: {
    type: "switch",
    short: "h",
    description: "Explain a command.",
  },
} as const satisfies Record<string, OptionDefinition>;

export type OptionName = keyof typeof optionTable;

/** Taken by every command. */
export const globalOptions = ["directory", "no-color", "help"] as const satisfies readonly OptionName[];

/** The values that were given. An optional one without a value is the empty text. */
export type OptionValues = {
  readonly [Name in OptionName]?: ValueOf<(typeof optionTable)[Name]>;
};

type ValueOf<Definition extends OptionDefinition> = Definition extends { readonly isMultiple: true }
  ? readonly string[]
  : Definition["type"] extends "switch"
    ? true
    : string;
