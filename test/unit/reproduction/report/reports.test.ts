import assert from 'node:assert/strict';
import fc from 'fast-check';
import { escapeHtml } from '../../../../src/reproduction/report/escapeHtml.ts';
import { escapeMarkdown } from '../../../../src/reproduction/report/escapeMarkdown.ts';
import type { ReportContent } from '../../../../src/reproduction/report/reportContent.ts';
import { reportHtml } from '../../../../src/reproduction/report/reportHtml.ts';
import { reportMarkdown } from '../../../../src/reproduction/report/reportMarkdown.ts';
import type { Verdict } from '../../../../src/runs/verdict.ts';
import { overlaySeries } from '../../../../src/series/overlaySeries.ts';
import { originalId, reproductionId } from '../recordedRun.ts';

/** Every text of the report is `text`. */
function content(text: string, values: readonly number[] = [1, NaN, 3, Infinity, 1e300]): ReportContent {
  const verdict: Verdict = {
    ...{ schemaVersion: 1, verdict: 'diverged', runId: originalId, reproductionId },
    ...{ at: '2026-11-22T10:00:00.000Z', host: text, durationMs: 41_000, sentence: text, cause: `${text}.` },
    metrics: [
      {
        ...{ key: text, verdict: 'diverged', volatile: false, comparedPoints: 3, firstDifferingStep: 4 },
        ...{ maxRelativeDifference: 0.01, originalLast: NaN, reproducedLast: -Infinity },
        ...{ missingSteps: 1, extraSteps: 0, toleranceFrom: text },
      },
      { key: text, verdict: 'identical', volatile: true, comparedPoints: 1, missingSteps: 0, extraSteps: 0 },
    ],
    outputs: [{ path: text, verdict: 'diverged', volatile: false, originalSha256: text, sentence: text }],
    ingredients: [{ name: 'code', status: 'differs', original: text, now: text, differences: [text, text] }],
    caps: [text],
    divergence: { key: text, step: 4, relative: 0.01, shape: text },
    operation: { name: text, file: text, line: 3, index: 7 },
    escapedModules: [],
  };
  const points = {
    steps: Float64Array.from(values.keys()),
    times: Float64Array.from(values.keys()),
    values: Float64Array.from(values),
  };
  const other = { ...points, values: points.values.map((value, at) => (at === 2 ? value * 2 : value)) };
  return {
    ...{ verdict, label: text, command: text, host: text, durationMs: 41_000 },
    cause: {
      ...{ schemaVersion: 1, at: '', host: text, runId: originalId, reproductionId, sentence: text },
      control: { joins: false, identicalThrough: 3 },
      trials: [{ ingredient: 'data', restored: text, problem: text }],
      operation: { name: text, file: text, line: 3, index: 7 },
      untried: [{ ingredient: 'hardware', restored: text, problem: text }],
    },
    charts: [
      {
        ...{ key: text, overlay: overlaySeries(points, other, { width: 600 }) },
        band: { xs: points.steps, low: points.values.map(one => one - 1), high: points.values },
      },
    ],
  };
}

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '</style></svg></table><h1>x',
  '| a | b |\n|---|---|\n# heading',
  '`` ``` code',
  '[link](javascript:alert(1)) ![i](https://x.invalid/i.png) <https://x.invalid> https://x.invalid www.x.invalid',
  '@everyone @org/team a@b.example #12 org/repo#12 GH-12 !3 &4 %5 $6 0123456789abcdef0123456789abcdef01234567',
  '</details></summary><br>',
  '- list\n1. list\n> quote\n+ x\n=== \n---',
  '\\| \\\\| \\`',
  '\u202eevil\u202c\u2066\u200b\ud800\u0000\u001b[31m',
  '&lt;b&gt; &#x3c;',
  '$\\href{javascript:alert(1)}{x}$ ~~x~~ ^x^ :smile:',
  'x'.repeat(100_000),
];

const tables = /^\|.*\|$/;

function checkMarkdown(text: string): void {
  const inline = escapeMarkdown(text);
  assert.doesNotMatch(inline, /[\n\r\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  // Whatever has a meaning has a backslash before it that is not escaped itself.
  for (const found of inline.matchAll(/(\\*)[`*_{}[\]()#!|<>~@$&^]/g))
    assert.equal((found[1] ?? '').length % 2, 1, inline);
  assert.doesNotMatch(inline, /[@#!$&%~^][\p{L}\p{N}_]/u, inline);
  assert.doesNotMatch(inline, /:\/\/|\bwww\.|\bGH-/i, inline);
  assert.doesNotMatch(inline, /^([-+=:>#]|\d+[.)](\s|$))/, inline);
  const rows = reportMarkdown(content(text)).split('\n');
  const columns = rows
    .filter(row => tables.test(row))
    .map(row => row.replace(/\\\\|\\\|/g, '').split('|').length);
  assert.deepEqual(columns.sort(), reportMarkdownColumns);
  assert.ok(rows.every(row => row.length < 20_000));
}

/** Columns of all rows of the report of a harmless word. */
const reportMarkdownColumns = reportMarkdown(content('word'))
  .split('\n')
  .filter(row => tables.test(row))
  .map(row => row.split('|').length)
  .sort();

/** Elements and attributes, without what the words say. */
function skeleton(html: string): string[] {
  return [...html.matchAll(/<\/?([a-z0-9]+)((?:\s+[a-z0-9:-]+(?:="[^"<>]*")?)*)\s*\/?>|<(.)/gi)].map(
    found => {
      assert.equal(found[3], found[3] === '!' ? '!' : undefined, found[0]);
      return `${found[1] ?? '!'} ${[...(found[2] ?? '').matchAll(/([a-z0-9:-]+)(?:="[^"]*")?/gi)].map(one => one[1]).join()}`;
    },
  );
}

describe('reports', () => {
  const plain = skeleton(reportHtml(content('word')));

  it('are what they are for a reader of a pull request', () => {
    const text = reportMarkdown({
      ...content('word'),
      label: 'baseline',
      verdict: { ...content('word').verdict, sentence: 'Diverged from step 4.', outputs: [] },
    });
    assert.match(text, /^### ❌ Diverged: baseline reproduced\n\nDiverged from step 4\.\n/);
    assert.match(
      text,
      /^\| word \| diverged \\\(by word\\\) \| 3 \\\(1 missing\\\) \| 0\.01 \| step 4 \| NaN \| −∞ \|$/m,
    );
    assert.match(text, /<summary>1 other metric<\/summary>\n\n\| metric/);
    const identical = content('word').verdict.metrics.filter(({ verdict }) => verdict === 'identical');
    assert.match(
      reportMarkdown({ ...content('word'), verdict: { ...content('word').verdict, metrics: identical } }),
      /<summary>1 metric<\/summary>\n\n\| metric/,
    );
    assert.match(
      text,
      /\n\*\*word\*\*\n\nThe first operation that computes something else is word \\\(word:3\\\)\.\n/,
    );
    assert.match(text, /<summary>1 trial to find the cause<\/summary>\n\n\| set back/);
    assert.match(text, new RegExp(`lockstep reproduce ${originalId}`));
  });

  it('shade the noise band in a chart', () => {
    const html = reportHtml(content('word'));
    assert.match(html, /<path class="band" d="M[\d.]+ [\d.]+(?:L[\d.]+ [\d.]+)+Z"\/>/);
    assert.match(html, /noise of this machine/);
  });

  for (const text of hostile)
    it(`stay whole around ${JSON.stringify(text.slice(0, 40))}`, () => {
      checkMarkdown(text);
      assert.deepEqual(skeleton(reportHtml(content(text))), plain);
    });

  it('stay whole around any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom(...Array.from('\\`|<>@#*_[](){}!~$&^:/w.=-+ \n1a"\'')),
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(text, one => {
        fc.pre(one.trim() !== '');
        checkMarkdown(one);
        assert.doesNotMatch(escapeHtml(one), /[<>"'`]|&(?!#\d+;)/);
        assert.deepEqual(skeleton(reportHtml(content(one))), plain);
      }),
      { numRuns: 60 },
    );
  });

  it('have curves that are numbers, whatever the values are', () => {
    const value = fc.oneof(
      fc.double(),
      fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 30 }), values => {
        const html = reportHtml(content('word', values));
        for (const [, path = ''] of html.matchAll(/ d="([^"]*)"/g))
          assert.match(path, /^([ML]-?\d+(\.\d+)? -?\d+(\.\d+)?(h0\.1)?|h24|M0 4h24|M0 0h24v8H0|Z)*$/);
        assert.doesNotMatch(html, /="(NaN|-?Infinity)"/);
      }),
      { numRuns: 60 },
    );
  });

  it('has no script, and a policy that allows its own style sheet alone', () => {
    const html = reportHtml(content('word'));
    assert.match(
      html,
      /content="default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'"/,
    );
    assert.doesNotMatch(html, /<script| style=| on[a-z]+=|https?:/);
  });
});
