import { html } from "./html.ts";

/** How a run's page looks: on a screen, light or dark as the reader's system is, and on paper. */
export const pageStyle = html`
:root { color-scheme: light dark; --ground: #fff; --text: #1c2126; --dim: #59636e; --line: #d5dae0; --band: #f4f6f8;
  --good: #1a7f4b; --kept: #0b6ea8; --bad: #c62f2f; --warn: #8f5a00; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181d; --text: #e4e8ec; --dim: #9aa5b1; --line: #343c46; --band: #1d232a;
  --good: #4cc38a; --kept: #62b6ec; --bad: #ff7b7b; --warn: #e3ac52; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; } h3 { font-size: 1.05rem; margin: 0 0 .3rem; }
a { color: inherit; } code, pre, .number { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--band); padding: .7rem; border-radius: 6px; white-space: pre-wrap; margin: .5rem 0; }
.dim { color: var(--dim); }
table { border-collapse: collapse; min-width: 26rem; margin: .4rem 0 .8rem; }
th, td { text-align: left; vertical-align: top; padding: .28rem .7rem .28rem 0; border-bottom: 1px solid var(--line); white-space: pre-wrap; }
th { color: var(--dim); font-weight: 500; } td.number, th.number { text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .8rem 0; }
dl.facts dt { color: var(--dim); } dl.facts dd { margin: 0; }
ul.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .7rem; list-style: none; padding: 0; margin: 0; }
ul.tiles li { background: var(--band); border-radius: 8px; padding: .6rem .8rem; }
ul.tiles strong { display: block; font-size: 1.45rem; font-weight: 600; }
.status { font-weight: 600; }
.executed, .done { --mark: var(--good); } .cached { --mark: var(--kept); } .failed { --mark: var(--bad); }
.interrupted, .begun, .running, .broken-off { --mark: var(--warn); } .skipped, .blocked, .not-run { --mark: var(--dim); }
.status, .mark { color: var(--mark); }
.graph { overflow-x: auto; } .graph svg { max-width: 100%; min-width: 40rem; height: auto; }
.graph rect { fill: var(--band); stroke: var(--mark); stroke-width: 1.5; } .graph text { fill: var(--text); font: 600 13px system-ui, sans-serif; }
.graph text.end { fill: var(--dim); font: 11.5px system-ui, sans-serif; } .edges path { fill: none; stroke: var(--dim); stroke-width: 1.2; }
section.stage { border-top: 1px solid var(--line); padding: 1rem 0 .4rem; }
.failure { border-left: 4px solid var(--bad); padding-left: .9rem; margin: 1rem 0; }
.files { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: flex-start; } .files p { margin: 0; width: 100%; }
figure { margin: .6rem 0; max-width: 100%; } figure img { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
figcaption { color: var(--dim); font-size: .85em; } summary { cursor: pointer; }
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --dim: #444; --line: #bbb; --band: #f4f4f4; }
  body { padding: 0; max-width: none; font-size: 11px; } figure, tr, .failure { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .graph svg { min-width: 0; } table { min-width: 0; } details::details-content { content-visibility: visible; block-size: auto; } }
`;
