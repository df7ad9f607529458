import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createProject, entry, type ProjectRig } from "../rig/project.ts";
import { openTerminal, type TerminalOptions, type TerminalRig } from "../rig/terminal.ts";

type Options = Omit<TerminalOptions, "folder">;
const medium = { columns: 80, rows: 24 };
const small = { columns: 40, rows: 8 };

/** Starts `pipe` in a terminal, with room for four stages at a time. */
function openPipe(project: ProjectRig, args: readonly string[], options: Options): TerminalRig {
  const env = { PIPE_RESOURCES: "cpu=4", ...options.env };
  return openTerminal([process.execPath, entry, ...args, "--no-mlflow"], { ...options, folder: project.folder, env });
}

/** Stages that each end as soon as there is a file that says so, or one that says it of all. */
const matrixOf = (numStages: number, command = "true"): string => `version: 1
name: many
stages:
  work:
    matrix: { n: [${Array.from({ length: numStages }, (_, index) => index).join(", ")}] }
    run: 'n=\${{ matrix.n }}; until [ -e go-$n -o -e go-all ]; do sleep 0.05; done; ${command}'
`;

const spinner = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;

/** The names of the stages that the screen shows as running. */
const readRunning = (screen: readonly string[]): string[] =>
  screen.filter((line) => spinner.test(line)).flatMap((line) => line.split(" ")[1] ?? []);

/** `7` of `work@n=7`. */
const numberOf = (stage: string): string => stage.slice(stage.indexOf("=") + 1);

/** Without what differs from run to run. */
const steady = (lines: readonly string[]): string[] =>
  lines.map((line) =>
    line
      .replace(/\b[\d.]+ m?s\b/g, "… s")
      .replace(spinner, "*")
      .replace(/\d{8}-\d{6}-\w+-\w{4}/g, "RUN"),
  );

/** What stands on it, without the empty lines at the end. */
const trim = (screen: readonly string[]): string[] => screen.join("\n").trimEnd().split("\n");

const says = (text: string) => (screen: readonly string[]) => screen.some((line) => line.includes(text));

/** Once so many stages run and the counted line says so. */
const shows = (numRunning: number, counts: string) => (screen: readonly string[]) =>
  readRunning(screen).length === numRunning && trim(screen).at(-1) === counts;

describe("a run in a terminal that has a line for each stage", () => {
  const pipeline = `version: 1
name: drawn
stages:
  unpack: { uses: archive/unzip, with: { archive: "\${{ stages.cells.outputs.archive }}" } }
  cells: { uses: demo/cells, with: { train: 28, test: 1, size: 16 } }
  broken: { run: "echo no luck; exit 4" }
  after: { run: "true", needs: broken }
`;

  it("shows a row for each: why it runs, and in the end what became of it", async () => {
    await using project = await createProject({ "drawn.yaml": pipeline });
    await using first = openPipe(project, ["run", "drawn.yaml", "--keep-going"], medium);
    await first.waitFor(says("cells   runs: no result yet"));
    expect(await first.ended).toBe(1);
    const lines = steady(first.history());
    expect(lines.slice(0, lines.indexOf("failed broken: The command ended with exit code 4."))).toEqual([
      "drawn RUN",
      "broken | no luck",
      "✔ cells   done in … s",
      "✔ unpack  done in … s",
      "✖ broken  failed: The command ended with exit code 4.",
      "↓ after   not run: broken failed",
      "",
    ]);
    expect(lines.join("\n")).toMatch(/\n {2}report {2} *runs\/RUN\/report\.html\n/);
    expect(first.isCursorShown()).toBe(true);

    await using second = openPipe(project, ["run", "drawn.yaml", "--target", "unpack"], medium);
    expect(await second.ended).toBe(0);
    expect(steady(second.history()).slice(1, 4)).toEqual([
      "✔ cells   cached, saves … s",
      "✔ unpack  cached, saves … s",
      "",
    ]);
  });

  it("keeps what stages print above the rows, whatever it holds", async () => {
    const pipeline = `version: 1
name: noisy
stages:
  noisy:
    run: |
      printf 'first\\033[2J\\033[10Asecond\\n'
      printf 'a\\tb\\n'
      echo '{"metric": "val/loss", "value": 0.25}'
      echo ${"long ".repeat(20)}
      until [ -e go-noisy ]; do sleep 0.05; done
      echo last
`;
    await using project = await createProject({ "noisy.yaml": pipeline });
    await using terminal = openPipe(project, ["run", "noisy.yaml"], { columns: 60, rows: 20 });
    const before = await terminal.waitFor(says("long"));
    const printed = [
      "noisy RUN",
      "noisy | first·[2J·[10Asecond",
      "noisy | a b",
      "noisy | long long long long long long long long long long",
      "  long long long long long long long long long long",
    ];
    expect(steady(trim(before))).toEqual([...printed, "* noisy  val/loss 0.25"]);
    await project.write({ "go-noisy": "" });
    expect(await terminal.ended).toBe(0);
    expect(steady(terminal.history()).slice(0, 7)).toEqual([...printed, "noisy | last", "✔ noisy  done in … s"]);
  });
});

describe("a run of more stages than the terminal has lines", () => {
  it("shows what runs, counts the rest, and lets what is done go by once", async () => {
    await using project = await createProject({ "many.yaml": matrixOf(60) });
    await using terminal = openPipe(project, ["run", "many.yaml"], medium);
    const begun = await terminal.waitFor(shows(4, "56 to come"));
    const running = readRunning(begun);
    const rowOf = (name: string) => `* ${name.padEnd(9)}  runs: no result yet`;
    expect(steady(trim(begun))).toEqual(["many RUN", ...running.map(rowOf), "56 to come"]);

    const [first = ""] = running;
    await project.write({ [`go-${numberOf(first)}`]: "" });
    const later = await terminal.waitFor(shows(4, "1 done, 55 to come"));
    const done = `✔ ${first.padEnd(9)}  done in … s`;
    expect(steady(trim(later))).toEqual(["many RUN", done, ...readRunning(later).map(rowOf), "1 done, 55 to come"]);

    await project.write({ "go-all": "" });
    expect(await terminal.ended).toBe(0);
    const lines = steady(terminal.history());
    const gone = lines.filter((line) => line.startsWith("✔"));
    expect([gone.length, new Set(gone).size]).toEqual([60, 60]);
    const summary = lines.findIndex((line) => line.startsWith("done in … s: 60 executed"));
    expect(lines.slice(0, summary)).toEqual(["many RUN", ...gone, ""]);
  });

  it("has room for what runs and what failed in a very small one, and after Ctrl-C ends cleanly", async () => {
    const command = "[ ! -e fail-$n ]";
    await using project = await createProject({ "many.yaml": matrixOf(200, command) });
    await using terminal = openPipe(project, ["run", "many.yaml", "--keep-going"], small);
    const [first = "", second = ""] = readRunning(await terminal.waitFor(shows(4, "196 to come")));
    await project.write({ [`fail-${numberOf(first)}`]: "", [`go-${numberOf(first)}`]: "" });
    const failed = await terminal.waitFor(shows(4, "195 to come"));
    const row = (mark: string, name: string, text: string) => `${mark} ${name.padEnd(10)}  ${text}`;
    const failure = row("✖", first, "failed: The command ende…");
    const rows = () => readRunning(failed).map((name) => row("*", name, "runs: no result yet"));
    expect(steady(trim(failed))).toEqual(["many RUN", failure, ...rows(), "195 to come"].slice(-7));

    await project.write({ [`go-${numberOf(second)}`]: "" });
    await terminal.waitFor(shows(4, "1 done, 194 to come"));
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
    const lines = steady(terminal.history());
    const end = lines.findIndex((line) => line.startsWith(`failed ${first}`));
    expect(lines.slice(0, end)).toEqual([
      "many RUN",
      row("✔", second, "done in … s"),
      "stopping: stages keep what they can go",
      "  on from. A second Ctrl-C ends them at",
      "  once.",
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^↓ work@n=\d+ +interrupted$/)),
      failure,
      "",
    ]);
    expect(terminal.isCursorShown()).toBe(true);
  });

  it("follows the window as it becomes smaller and larger", async () => {
    const command = "echo printed by $n";
    await using project = await createProject({ "many.yaml": matrixOf(60, command) });
    await using terminal = openPipe(project, ["run", "many.yaml"], { columns: 100, rows: 30 });
    const running = readRunning(await terminal.waitFor(shows(4, "56 to come")));
    const row = (name: string) => `* ${name.padEnd(9)}  runs: no result yet`;

    // Each row takes two lines there until it is drawn anew.
    await terminal.resize({ columns: 30, rows: 14 });
    const narrow = [...running.map((name) => `* ${name.padEnd(9)}  runs: no result…`), "56 to come"];
    await terminal.waitFor((screen) => steady(trim(screen)).join("\n") === ["many RUN", ...narrow].join("\n"));

    // Not all that runs has a line there. What such a window has pushed out of itself nobody can take back.
    await terminal.resize({ columns: 30, rows: 4 });
    const low = [...narrow.slice(0, 2), "2 more running, 56 to come"].join("\n");
    await terminal.waitFor((screen) => steady(trim(screen)).slice(-3).join("\n") === low);

    await terminal.resize({ columns: 90, rows: 40 });
    const [first = ""] = running;
    await project.write({ [`go-${numberOf(first)}`]: "" });
    const later = await terminal.waitFor((screen) => trim(screen).at(-1) === "1 done, 55 to come");
    expect(steady(trim(later)).slice(-7)).toEqual([
      `${first} | printed by ${numberOf(first)}`,
      `✔ ${first.padEnd(9)}  done in … s`,
      ...readRunning(trim(later).slice(-5)).map(row),
      "1 done, 55 to come",
    ]);

    // Each has a line of its own there.
    await terminal.resize({ columns: 90, rows: 80 });
    const all = await terminal.waitFor((screen) => screen.filter((line) => line.startsWith("·")).length === 55);
    expect(readRunning(trim(all).slice(-59))).toHaveLength(4);
  });

  it("gives the terminal to the shell on Ctrl-Z, and draws again when it is back", async () => {
    await using project = await createProject({ "many.yaml": matrixOf(60) });
    const shell = `"$@"; echo "stopped with $?"; read line; fg; echo "ended with $?"`;
    const command = ["sh", "-mc", shell, "sh", process.execPath, entry, "run", "many.yaml", "--no-mlflow"];
    const options = { ...medium, folder: project.folder, env: { PIPE_RESOURCES: "cpu=2" } };
    await using terminal = openTerminal(command, options);
    await terminal.waitFor(shows(2, "58 to come"));
    terminal.type("\u001a");
    const stopped = await terminal.waitFor(says("stopped with"));
    expect(readRunning(stopped)).toEqual([]);
    expect(terminal.isCursorShown()).toBe(true);
    terminal.type("\n");
    await terminal.waitFor(shows(2, "58 to come"));
    expect(terminal.isCursorShown()).toBe(false);
    terminal.type("\u0003");
    await terminal.waitFor(says("ended with 130"));
    expect(terminal.isCursorShown()).toBe(true);
  });
});

describe("a run in a terminal that meets a bug", () => {
  it("takes away what it drew, shows the cursor and says what happened", async () => {
    const crash = fileURLToPath(new URL("crash-on-demand.mjs", import.meta.url));
    await using project = await createProject({ "many.yaml": matrixOf(60) });
    const env = { NODE_OPTIONS: `--import ${crash}` };
    await using terminal = openPipe(project, ["run", "many.yaml"], { ...medium, env });
    const [first = ""] = readRunning(await terminal.waitFor(shows(4, "56 to come")));
    await project.write({ [`go-${numberOf(first)}`]: "" });
    await terminal.waitFor(shows(4, "1 done, 55 to come"));
    await project.write({ crash: "" });
    expect(await terminal.ended).toBe(70);
    expect(steady(terminal.history()).slice(0, 3)).toEqual([
      "many RUN",
      `✔ ${first.padEnd(9)}  done in … s`,
      expect.stringMatching(/^internal error, please report it/),
    ]);
    expect(terminal.isCursorShown()).toBe(true);
  });
});

describe("a run in a terminal whose lines are to be read elsewhere", () => {
  it.each([{ CI: "true" }, { TERM: "dumb" }])("writes a line for each thing that happens with %o", async (env) => {
    await using project = await createProject({ "many.yaml": matrixOf(1), "go-all": "" });
    await using terminal = openPipe(project, ["run", "many.yaml"], { ...medium, env });
    expect(await terminal.ended).toBe(0);
    expect(steady(terminal.history()).slice(0, 3)).toEqual([
      "many RUN",
      "work@n=0 runs: no result yet",
      "work@n=0: done in … s",
    ]);
  });
});
