/** The style sheet of the HTML report. Colours have a contrast of at least 4.5 to their ground in both schemes. */

export const reportStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f6f7f9; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0;
  --good: #1a7f37; --fair: #0969da; --bad: #cf222e; --unknown: #9a6700; --original: #8c959f; --now: #0969da;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --panel: #1d2128; --ink: #e6edf3; --quiet: #9da7b3; --line: #353c46;
    --good: #4ac26b; --fair: #58a6ff; --bad: #ff7b72; --unknown: #d4a72c; --original: #7d8590; --now: #58a6ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 32px 24px 48px; max-width: 960px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header { border-left: 4px solid var(--tone); padding: 2px 0 2px 18px; --tone: var(--quiet); }
header.identical { --tone: var(--good); } header.within-tolerance { --tone: var(--fair); }
header.diverged { --tone: var(--bad); } header.inconclusive { --tone: var(--unknown); }
h1 { margin: 0; font-size: 26px; line-height: 1.25; color: var(--tone); }
h2 { margin: 32px 0 10px; font-size: 17px; }
header p { margin: 8px 0 0; max-width: 75ch; overflow-wrap: anywhere; }
.sentence { font-size: 17px; }
.subject, footer, figcaption, .legend { color: var(--quiet); }
.frame { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { padding: 7px 12px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { background: var(--panel); color: var(--quiet); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 9em; }
.ingredients { table-layout: fixed; min-width: 700px; }
.ingredients th:first-child { width: 150px; }
.ingredients th:nth-child(2) { width: 36%; }
td { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td ul { margin: 2px 0 0; padding-left: 16px; }
tr.same .status, tr.identical td:nth-child(2) { color: var(--good); }
tr.within-tolerance td:nth-child(2) { color: var(--fair); }
tr.differs .status, tr.diverged td:nth-child(2) { color: var(--bad); font-weight: 600; }
tr.unknown .status, tr.inconclusive td:nth-child(2) { color: var(--unknown); font-weight: 600; }
tr.volatile { color: var(--quiet); }
code { font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
figure { margin: 0 0 20px; padding: 12px 14px 6px; border: 1px solid var(--line); border-radius: 6px; }
figcaption { font-weight: 600; overflow-wrap: anywhere; }
figure svg { display: block; width: 100%; height: auto; }
.legend svg { display: inline-block; width: 24px; height: 8px; margin-left: 8px; }
svg path { fill: none; stroke-linejoin: round; stroke-linecap: round; }
svg .original { stroke: var(--original); stroke-width: 4; opacity: 0.55; }
svg .band { fill: var(--fair); opacity: 0.14; stroke: none; }
svg .now { stroke: var(--now); stroke-width: 1.6; }
svg .difference { stroke: var(--bad); stroke-width: 1.4; }
svg .grid { stroke: var(--line); stroke-width: 0.8; }
svg .axis { stroke: var(--quiet); stroke-width: 0.8; }
svg .mark { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 4 3; }
svg text { font-size: 12px; fill: var(--quiet); font-family: inherit; }
svg .mark-label { fill: var(--bad); }
footer { margin-top: 32px; font-size: 13px; }
footer p { margin: 4px 0; }
@media print {
  :root {
    color-scheme: light;
    --ground: #ffffff; --panel: #f6f7f9; --ink: #1f2328; --quiet: #59636e; --line: #d1d9e0;
    --good: #1a7f37; --fair: #0969da; --bad: #cf222e; --unknown: #9a6700; --original: #8c959f; --now: #0969da;
  }
  body { max-width: none; padding: 0; font-size: 12px; }
  figure, tr, header { break-inside: avoid; }
  h2 { break-after: avoid; }
  .frame { overflow: visible; }
}
`;
