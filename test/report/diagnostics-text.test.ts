import { expect, test } from "vitest";
import type { Diagnostic, SourceRange } from "../../src/base/diagnostic.ts";
import { renderDiagnosticsJson } from "../../src/report/diagnostics-json.ts";
import { renderDiagnostics } from "../../src/report/diagnostics-text.ts";

const file = "pipelines/iris.yaml";

function range(line: number, column: number, endColumn: number, endLine = line): SourceRange {
  return { file, line, column, endLine, endColumn };
}

function render(text: string, diagnostic: Partial<Diagnostic>, color = false): string {
  const whole: Diagnostic = { code: "PIPE103", severity: "error", message: "something is wrong", ...diagnostic };
  return renderDiagnostics([whole], { sources: new Map([[file, text]]), color });
}

test("a diagnostic names the place, shows it, and says how to put it right", () => {
  const text = "stages:\n  evaluate:\n    needs: [trian]\n";
  const hint = 'Defined stages: load, train. Did you mean "train"?';
  const message = 'stage "evaluate" depends on "trian", which is not defined';
  expect(render(text, { message, hint, location: range(3, 13, 18) })).toBe(
    [
      'pipelines/iris.yaml:3:13 error PIPE103 stage "evaluate" depends on "trian", which is not defined',
      "  3 |     needs: [trian]",
      "    |             ~~~~~",
      'Defined stages: load, train. Did you mean "train"?',
      "",
    ].join("\n"),
  );
});

test("related places follow, each with its own frame", () => {
  const related = [{ message: "first defined here", location: range(1, 1, 2) }];
  expect(render("a: 1\na: 2\n", { location: range(2, 1, 2), related })).toBe(
    [
      "pipelines/iris.yaml:2:1 error PIPE103 something is wrong",
      "  2 | a: 2",
      "    | ~",
      "  pipelines/iris.yaml:1:1 first defined here",
      "    1 | a: 1",
      "      | ~",
      "",
    ].join("\n"),
  );
});

test("without a place there is only the message", () => {
  expect(render("", { severity: "warning" })).toBe("warning PIPE103 something is wrong\n");
});

test("a range over several lines is marked to the end of its first", () => {
  expect(frame("a:\n  b: 1  \n  c: 2\n", range(2, 3, 7, 3))).toEqual(["  2 |   b: 1  ", "    |   ~~~~"]);
});

test("marks stand below wide, combining and tab characters", () => {
  expect(frame("細胞: x", range(1, 5, 6))).toEqual(["  1 | 細胞: x", "    |       ~"]);
  expect(frame("e\u0301: x", range(1, 5, 6))).toEqual(["  1 | e\u0301: x", "    |    ~"]);
  expect(frame("a:\tx", range(1, 4, 5))).toEqual(["  1 | a: x", "    |    ~"]);
});

test("of a long line the part around the mark is shown", () => {
  const [line, marks] = frame(`key: ${"x".repeat(500)} here ${"y".repeat(500)}`, range(1, 507, 511));
  expect(line?.length).toBeLessThan(125);
  expect(line?.slice(marks?.indexOf("~"), (marks?.lastIndexOf("~") ?? 0) + 1)).toBe("here");
});

test("control characters of the source do not reach the terminal", () => {
  const text = "a: \u001b[2Jx\u0007\u202ey\r\n";
  expect(frame(text, range(1, 1, 2))[0]).toBe("  1 | a: ·[2Jx··y");
});

test("colours are used when asked for, and change no character", () => {
  const diagnostic = { location: range(1, 4, 5), hint: "Write 2." };
  const colored = render("a: 1\n", diagnostic, true);
  expect(colored).toContain("\u001b[31merror\u001b[39m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes
  expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(render("a: 1\n", diagnostic));
});

test("as JSON, diagnostics are what they are", () => {
  const diagnostics: Diagnostic[] = [
    { code: "PIPE100", severity: "error", message: "the document is empty", location: range(1, 1, 2) },
  ];
  expect(JSON.parse(renderDiagnosticsJson(diagnostics))).toEqual({ version: 1, diagnostics });
});

function frame(text: string, location: SourceRange): string[] {
  return render(text, { location }).split("\n").slice(1, 3);
}
