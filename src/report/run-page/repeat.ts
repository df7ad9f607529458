import type { RunReport } from "../../base/run-report.ts";
import { type Html, html } from "./html.ts";

/** The commands that run the same again, and what they cannot bring back. */
export function renderRepeat({ run, file, git, request }: RunReport): Html {
  const options = [
    ...(request?.set ?? []).map((text) => ` --set ${quote(text)}`),
    ...(request?.target ?? []).map((text) => ` --target ${quote(text)}`),
  ];
  const commands = [
    ...(git === undefined ? [] : [`git checkout ${git.commit}`]),
    `pipe run ${quote(file)}${options.join("")}`,
  ];
  const gaps = [
    ...(git?.dirty ? ["Files differed from the commit."] : []),
    ...(request === undefined ? ["The record does not tell the options that were given."] : []),
  ];
  return html`<pre>${commands.join("\n")}</pre>
<p class="dim">${gaps.join(" ")} The document as it was is <code>runs/${run}/pipeline.yaml</code>; what it came to with all parameters is <code>resolved.json</code> beside it. What the cache has is taken from there.</p>`;
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
