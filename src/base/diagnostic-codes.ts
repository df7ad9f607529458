/** What a code of a diagnostic means; docs/reference/errors.md is generated from this table. */
export interface DiagnosticExplanation {
  /** Completes "PIPE105: …". */
  readonly title: string;
  readonly explanation: string;
  /** A document that has the mistake; a test checks that it does. Absent where no document can show it. */
  readonly example?: string;
  readonly fix: string;
}

export const diagnosticCodes = {
  PIPE100: {
    title: "the document is no map of keys",
    explanation:
      "A pipeline document is one YAML map with the keys `version`, `name` and `stages`. The file is empty, or holds a list or a single value.",
    example: "- download\n- train\n",
    fix: "Start the file with `version: 1`, a `name:` and `stages:`.",
  },
  PIPE101: {
    title: "the file is not valid YAML",
    explanation:
      "The text cannot be read as YAML 1.2. Frequent reasons: a bracket or quote that is never closed, a tab in the indentation, lines of one map that start in different columns, or a `${{ }}` without quotes inside `{ }` or `[ ]`.",
    example: "version: 1\nname: example\nstages: { draw: { uses: demo/cells }\n",
    fix: "Close what is open, indent with spaces, and put quotes around references inside `{ }` and `[ ]`.",
  },
  PIPE102: {
    title: "a key stands twice in one map",
    explanation: "Of two equal keys one would silently win, so neither is taken.",
    example:
      "version: 1\nname: example\nstages:\n  draw: { uses: demo/cells }\n  draw: { uses: demo/cells, with: { size: 32 } }\n",
    fix: "Remove one of the two, or give it another name.",
  },
  PIPE103: {
    title: "a stage that is not defined",
    explanation: "A reference or `needs` names a stage that the document does not have.",
    example:
      'version: 1\nname: example\nstages:\n  draw: { uses: demo/cells }\n  unzip: { uses: archive/unzip, with: { archive: "${{ stages.drew.outputs.archive }}" } }\n',
    fix: "Use the name of a stage of this document, as it stands below `stages:`.",
  },
  PIPE104: {
    title: "an unknown stage kind",
    explanation: "`uses` names a kind of stage that does not exist.",
    example: "version: 1\nname: example\nstages:\n  draw: { uses: demo/cell }\n",
    fix: "Use one of the kinds listed in docs/reference/stages.md, or `run:` for a command of your own.",
  },
  PIPE105: {
    title: "an unknown key",
    explanation: "The key means nothing at this place, so its value would be ignored.",
    example: "version: 1\nname: example\nstages:\n  draw: { uses: demo/cells, with: { sise: 32 } }\n",
    fix: "Correct the key's spelling, move it to where it belongs, or remove it.",
  },
  PIPE106: {
    title: "a key is missing",
    explanation: "The value is needed and has no default.",
    example: "version: 1\nname: example\nstages:\n  unzip: { uses: archive/unzip }\n",
    fix: "Add the key.",
  },
  PIPE107: {
    title: "a value of the wrong type",
    explanation:
      'The value is, say, text where a number is expected. In YAML 1.2 `"256"` is text and `256` a number, `yes` and `on` are text, and only `true` and `false` are booleans.',
    example: 'version: 1\nname: example\nstages:\n  draw: { uses: demo/cells, with: { size: "32" } }\n',
    fix: "Write the value in the expected type; look at the quotes.",
  },
  PIPE108: {
    title: "a value that is none of the allowed ones",
    explanation: "The place takes one of a fixed list of values.",
    example:
      "version: 1\nname: example\nstages:\n  split: { uses: dataset/split, with: { dataset: data, stratify: multi-label } }\n",
    fix: "Use one of the values that the message lists.",
  },
  PIPE109: {
    title: "a value outside its range",
    explanation: "The value has the right type but is too large, too small, too long, too short, or of another form.",
    example: "version: 1\nname: example\nstages:\n  draw: { uses: demo/cells, with: { size: 8 } }\n",
    fix: "Use a value within the bounds that the message gives.",
  },
  PIPE110: {
    title: "an artifact of the wrong kind",
    explanation:
      "What passes from stage to stage has a kind (docs/reference/artifacts.md), and each place takes certain kinds only: thresholds are no model.",
    example:
      'version: 1\nname: example\nstages:\n  draw: { uses: demo/cells }\n  stats: { uses: dataset/stats, with: { dataset: "${{ stages.draw.outputs.archive }}" } }\n',
    fix: "Refer to an output of a fitting kind, or put the stage in between that makes one.",
  },
  PIPE111: {
    title: "stages depend on each other in a cycle",
    explanation: "Each of the stages waits for another of them, so none could ever start.",
    example:
      "version: 1\nname: example\nstages:\n  first: { uses: demo/cells, needs: second }\n  second: { uses: demo/cells, needs: first }\n",
    fix: "Remove one of the dependencies that the message lists.",
  },
  PIPE112: {
    title: "a parameter that is not defined",
    explanation: "`${{ params.NAME }}` or `--set params.NAME=…` names a parameter that is not below `params:`.",
    example:
      'version: 1\nname: example\nparams: { seed: 1 }\nstages:\n  draw: { uses: demo/cells, with: { seed: "${{ params.sead }}" } }\n',
    fix: "Define the parameter below `params:`, or correct its name.",
  },
  PIPE113: {
    title: "an output that the stage does not have",
    explanation:
      "The stage exists but does not put out an artifact of that name, or only under a condition that is not met.",
    example:
      'version: 1\nname: example\nstages:\n  draw: { uses: demo/cells }\n  unzip: { uses: archive/unzip, with: { archive: "${{ stages.draw.outputs.archives }}" } }\n',
    fix: "Use one of the stage's outputs, as docs/reference/stages.md lists them.",
  },
  PIPE114: {
    title: "a reference that cannot be used",
    explanation:
      "References are `${{ params.NAME }}` and `${{ stages.ID.outputs.NAME }}`, the latter only where an artifact is expected; in `run` also `${{ inputs.NAME }}` and `${{ outputs.NAME }}`.",
    example: 'version: 1\nname: example\nstages:\n  draw: { uses: demo/cells, with: { seed: "${{ seed }}" } }\n',
    fix: "Write one of these forms, at a place that takes it.",
  },
  PIPE115: {
    title: "parameters refer to each other in a cycle",
    explanation: "Each of the parameters is defined by another of them, so none has a value.",
    example:
      'version: 1\nname: example\nparams: { a: "${{ params.b }}", b: "${{ params.a }}" }\nstages:\n  draw: { uses: demo/cells, with: { seed: "${{ params.a }}" } }\n',
    fix: "Give one of them a value of its own.",
  },
  PIPE116: {
    title: "a name with characters that names cannot have",
    explanation:
      "Stages, parameters, inputs and outputs are named by letters, digits, `_` and `-`, beginning with a letter or `_`, so that references can name them.",
    example: "version: 1\nname: example\nstages:\n  draw.cells: { uses: demo/cells }\n",
    fix: "Rename it.",
  },
  PIPE117: {
    title: "a --set option that cannot be applied",
    explanation:
      "`--set` takes the form `params.NAME=VALUE`, the value being YAML, and changes a parameter of the document.",
    fix: "Write e.g. `--set params.seed=7` or `--set 'params.channels=[red, green]'`.",
  },
  PIPE118: {
    title: "keys that do not go together",
    explanation: "Of some keys only one may be given, or one of them has to be.",
    example: "version: 1\nname: example\nstages:\n  draw: { uses: demo/cells, run: ls }\n",
    fix: "Keep the key that you mean and remove the others.",
  },
  PIPE119: {
    title: "a document that is too large",
    explanation:
      "The document is longer than any that is written by hand, values are nested too deeply, or aliases and parameters that contain each other several times grow beyond bounds.",
    example: `version: 1\nname: example\nparams: { deep: ${"[".repeat(150)}${"]".repeat(150)} }\nstages:\n  draw: { uses: demo/cells }\n`,
    fix: "Flatten the value, write it out instead of repeating aliases of aliases, or keep long lists in files that stages read.",
  },
  PIPE120: {
    title: "a parameter that nothing uses",
    explanation:
      "A warning: changing the parameter has no effect. Often its name is misspelled where it should be used.",
    example: "version: 1\nname: example\nparams: { seed: 1 }\nstages:\n  draw: { uses: demo/cells }\n",
    fix: "Use the parameter or remove it.",
  },
  PIPE121: {
    title: "YAML that pipelines do not take",
    explanation:
      "Keys must be text, values must be expressible in JSON (no `.nan`, no `.inf`), and tags of one's own have no meaning.",
    example: "version: 1\nname: example\nstages:\n  1: { uses: demo/cells }\n",
    fix: "Put quotes around the key, or replace the value.",
  },
  PIPE122: {
    title: "a file that cannot be read",
    explanation: "The pipeline file does not exist, is a folder, or may not be read.",
    fix: "Check the path; it is relative to the folder in which you are.",
  },
  PIPE123: {
    title: "too many mistakes to show",
    explanation: "The rest of the document is not looked at before the mistakes that are shown have been put right.",
    fix: "Put right what is shown and check again.",
  },
  PIPE130: {
    title: "a value of a matrix that the stage does not have",
    explanation:
      "`${{ matrix.KEY }}` names a key that the stage's `matrix` lacks, perhaps in one combination only, or the stage has no matrix.",
    example:
      'version: 1\nname: example\nstages:\n  draw:\n    uses: demo/cells\n    matrix: { seed: [1, 2] }\n    with: { seed: "${{ matrix.sead }}" }\n',
    fix: "Correct the key, or add it to `matrix`.",
  },
  PIPE131: {
    title: "a matrix that cannot be expanded",
    explanation:
      "A value or combination stands twice, `exclude` leaves no combination or names a key without a list, or there are more than 256 combinations.",
    example:
      'version: 1\nname: example\nstages:\n  draw:\n    uses: demo/cells\n    matrix: { seed: [1, 2, 1] }\n    with: { seed: "${{ matrix.seed }}" }\n',
    fix: "Correct the lists of the matrix; the message says which.",
  },
  PIPE132: {
    title: "a matrix where one artifact is taken",
    explanation:
      "The reference means the outputs of all combinations of a matrix, and the place takes one artifact. Where the matrices of both stages have the same keys, the combination with the same values is meant.",
    example:
      'version: 1\nname: example\nstages:\n  draw:\n    uses: demo/cells\n    matrix: { seed: [1, 2] }\n    with: { seed: "${{ matrix.seed }}" }\n  unzip: { uses: archive/unzip, with: { archive: "${{ stages.draw.outputs.archive }}" } }\n',
    fix: "Choose one, as in `${{ stages.draw[seed=1].outputs.archive }}`, or give the stage a matrix with the same keys.",
  },
  PIPE133: {
    title: "a combination that the matrix does not have",
    explanation:
      "A reference or `needs` asks for values, in brackets or because the matrices of both stages share a key, that no combination of the stage has.",
    example:
      'version: 1\nname: example\nstages:\n  draw:\n    uses: demo/cells\n    matrix: { seed: [1, 2] }\n    with: { seed: "${{ matrix.seed }}" }\n  unzip: { uses: archive/unzip, with: { archive: "${{ stages.draw[seed=3].outputs.archive }}" } }\n',
    fix: "Ask for a combination that the message lists, or for all with `KEY=*`.",
  },
  PIPE140: {
    title: "a condition that cannot be read",
    explanation:
      "The text of an `if` is not an expression: it compares parameters (`params.NAME`), values of the matrix (`matrix.KEY`), metrics of other stages (`stages.ID.metrics.NAME`, or `stages.ID.metrics['val/loss']` where the name has other characters than letters, digits, `_` and `-`), numbers and texts, joined by `and`, `or` and `not`.",
    example:
      "version: 1\nname: example\nstages:\n  draw: { uses: demo/cells }\n  tell: { run: echo good, if: stages.draw.metrics.val/f1 > 0.5 }\n",
    fix: "Correct the expression; names of metrics with a slash stand in brackets and quotes.",
  },
  PIPE141: {
    title: "a condition whose types do not fit",
    explanation:
      'A condition is true or false; `<` and its like compare numbers, `==` and `!=` values of one type. Nothing is converted: `"1" == 1` is a mistake and not false.',
    example:
      "version: 1\nname: example\nparams: { mode: fast }\nstages:\n  draw: { uses: demo/cells, if: params.mode > 1 }\n",
    fix: "Compare values of the same type.",
  },
  PIPE150: {
    title: "documents extend each other without end",
    explanation:
      "`extends` leads, perhaps through other documents, back to one that was read already, or the chain is longer than 20.",
    fix: "Remove one `extends`; put what both share into a document of its own.",
  },
  PIPE151: {
    title: "a document to extend that cannot be read",
    explanation:
      "`extends` takes the path of one pipeline, relative to the folder of the file in which it stands, without references.",
    example: "version: 1\nname: example\nextends: [base.yaml]\nstages: { draw: { uses: demo/cells } }\n",
    fix: "Correct the path.",
  },
  PIPE160: {
    title: "a stage kind of one's own that cannot be used",
    explanation:
      "`uses: ./PATH` names a file of TypeScript or JavaScript, relative to the folder of the document. The file, something that it imports by a relative path, or its schema `PATH.schema.json` beside it does not exist, or the schema does not describe a stage kind.",
    fix: "Correct what the message names; docs/how-to/your-own-stage-kind.md shows a whole kind.",
  },
  PIPE201: {
    title: "an input that does not exist",
    explanation: "A stage reads a file or folder of yours, and there is nothing at that path.",
    fix: "Correct the path, or put the file there. Relative paths count from the folder in which pipe is started, or that --directory names.",
  },
  PIPE202: {
    title: "a stage that asks for more than there is",
    explanation:
      "A stage starts once all that it asks for below `resources` is free. It asks for more than the machine has, or than `resources` at the top of the document, PIPE_RESOURCES or --jobs allow, so it would wait for ever.",
    fix: "Ask for less, raise the limit, or run it on a machine that has as much. How many there are of a token is said at the top of the document.",
  },
  PIPE301: {
    title: "an unknown command",
    explanation: "The first word after `pipe` is the command, and there is none of this name.",
    fix: "Use one of the commands that `pipe help` lists.",
  },
  PIPE302: {
    title: "an unknown option",
    explanation: "The command does not take this option.",
    fix: "Use one of the options that `pipe help COMMAND` lists.",
  },
  PIPE303: {
    title: "an option without its value, or with one that it does not take",
    explanation: "Some options take a value (`--target STAGE`), others are switches (`--json`).",
    fix: "Look at `pipe help COMMAND`.",
  },
  PIPE304: {
    title: "a wrong number of arguments",
    explanation: "The command takes other arguments than were given.",
    fix: "Look at the usage line of `pipe help COMMAND`.",
  },
  PIPE305: {
    title: "an option that names a stage which does not exist",
    explanation: "`--target`, `--from` and `--force` name stages of the pipeline.",
    fix: "Use the name of a stage as it stands below `stages:`; behind it, `@KEY=VALUE` chooses from a matrix.",
  },
  PIPE306: {
    title: "a run or a result that is not there",
    explanation: "The command names a run, a stage's result or an entry of the cache, and there is none of this name.",
    fix: "`pipe cache ls` lists the entries of the cache; runs are the folders in `runs/`.",
  },
  PIPE307: {
    title: "a variable of the environment that cannot be read",
    explanation:
      "`PIPE_RESOURCES` limits what stages take together: names and numbers, `cpu=4,memory=8GB,gpu=1`, and tokens by their names.",
    fix: "Write each part as NAME=NUMBER, separated by commas; memory takes a unit.",
  },
  PIPE308: {
    title: "a stage to run again that the target does not need",
    explanation:
      "`--target` runs one stage and what it needs. `--from` and `--force` ask for a stage that is not among those, so nothing would come of it.",
    fix: "Name a stage that the target needs, or leave `--target` out.",
  },
} as const satisfies Record<string, DiagnosticExplanation>;

export type DiagnosticCode = keyof typeof diagnosticCodes;
