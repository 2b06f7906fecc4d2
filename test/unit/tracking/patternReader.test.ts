import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MetricPoint } from '../../../src/runs/metricSeries.ts';
import { isMetricPattern } from '../../../src/tracking/metricPattern.ts';
import { PatternReader } from '../../../src/tracking/patternReader.ts';

/** `loss@3=0.5`, with the rank behind it. */
function shown({ key, step, value, rank }: MetricPoint): string {
  return `${key}@${step}=${value}${rank === undefined ? '' : ` rank ${rank}`}`;
}

function read(patterns: readonly string[], text: string): string[] {
  const reader = new PatternReader({ patterns });
  return [...reader.push(Buffer.from(text), 1).points, ...reader.end(1).points].map(shown);
}

describe('PatternReader', () => {
  const cases: readonly (readonly [
    what: string,
    pattern: string,
    text: string,
    wanted: readonly string[],
  ])[] = [
    ['a metric', 'loss=(?<loss>[\\d.]+)', 'x loss=0.5 y\nnothing\nloss=0.25', ['loss@0=0.5', 'loss@1=0.25']],
    ['a step', 'step (?<step>\\d+).*loss (?<loss>\\S+)', 'step 10 loss nan', ['loss@10=NaN']],
    ['an epoch', 'E(?<epoch>\\d+) (?<acc>[\\d.]+)%?', 'E3 91.5%', ['acc@3=91.5']],
    [
      'step and epoch',
      '(?<epoch>\\d+)/(?<step>\\d+) (?<loss>.*)',
      '2/30 -1e-3',
      ['epoch@30=2', 'loss@30=-0.001'],
    ],
    ['per cent inside the group', 'acc (?<acc>\\S+)', 'acc 91.5%', ['acc@0=91.5']],
    [
      'names and values',
      '(?<name>[a-z_/]+)=(?<value>\\S+)',
      'a=1 train/b=inf c=x',
      ['a@0=1', 'train/b@0=Infinity'],
    ],
    [
      'names, values and a step',
      '(?:it(?<step>\\d+))? ?(?<name>[a-z]+)=(?<value>\\d+)',
      'it5 a=1 b=2',
      ['a@5=1', 'b@5=2'],
    ],
    ['a rank of its own', 'r(?<rank>\\d+) (?<loss>\\S+)', 'r3 0.5', ['loss@0=0.5 rank 3']],
    ['a rank of the launcher', 'loss (?<loss>\\S+)', '[default1]:loss 0.5', ['loss@0=0.5 rank 1']],
    ["Python's way to name groups", 'loss (?P<loss>\\S+)', 'loss 0.5', ['loss@0=0.5']],
    [
      'colours and a redrawn line',
      '^loss (?<loss>\\S+)$',
      'loss 9\r\x1b[32mloss 0.5\x1b[0m\n',
      ['loss@0=0.5'],
    ],
    ['a group that took no part', '(?<a>\\d+)a|(?<b>\\d+)b', '7b', ['b@0=7']],
    ['no number', 'loss (?<loss>\\S+)', 'loss high', []],
    ['an expression that matches nothing at all', '(?<x>)', 'abc', []],
  ];
  for (const [what, pattern, text, wanted] of cases)
    it(`finds ${what}`, () => {
      assert.equal(isMetricPattern(pattern), true);
      assert.deepEqual(read([pattern], text), wanted);
    });

  it('keeps the order of the lines when there are several patterns', () => {
    const found = read(['a=(?<a>\\d+)', 'b=(?<b>\\d+)'], 'b=1\na=2\nb=3 a=4\n');
    assert.deepEqual(found, ['b@0=1', 'a@0=2', 'a@1=4', 'b@1=3']);
  });

  it('takes a moment that the line tells', () => {
    const reader = new PatternReader({ patterns: ['(?<time>\\S+ \\S+) loss (?<loss>\\S+)'] });
    const [point] = reader.push(Buffer.from('2026-11-22 18:00:00 loss 1\n'), 5).points;
    assert.deepEqual([point?.key, point?.time], ['loss', Date.parse('2026-11-22T18:00:00')]);
  });

  it('refuses what is no regular expression, or names nothing', () => {
    for (const text of ['(', 'loss=(\\d+)', '(?<1a>x)', '(?<loss>['])
      assert.equal(isMetricPattern(text), false, text);
  });

  it('gives an expression up that never comes to its end, and goes on with the others', () => {
    const reader = new PatternReader({ patterns: ['^(?<x>(a+)+)$', 'b (?<b>\\d+)'], lineLimitMs: 20 });
    const line = `${'a'.repeat(50)}! b 1\n`;
    const first = reader.push(Buffer.from(line.repeat(5)), 1);
    assert.deepEqual(first.points.map(shown), ['b@0=1', 'b@1=1', 'b@2=1', 'b@3=1', 'b@4=1']);
    assert.equal(first.problems.length, 1);
    assert.match(first.problems[0] ?? '', /not used any more/);
    assert.deepEqual(reader.push(Buffer.from(line), 1).points.map(shown), ['b@5=1']);
  });

  it('passes over lines that are too long, and says so once', () => {
    const reader = new PatternReader({ patterns: ['b (?<b>\\d+)'] });
    const long = `${'x'.repeat(9000)} b 1\n`;
    const { points, problems } = reader.push(
      Buffer.from(`${long}b 2\n${long}${'y'.repeat(3_000_000)}\nb 3\n`),
      1,
    );
    assert.deepEqual(points.map(shown), ['b@0=2', 'b@1=3']);
    assert.equal(problems.length, 1);
  });

  it('finds the same however the bytes are cut', () => {
    const line = fc.oneof(
      fc.tuple(fc.nat(99), fc.double()).map(([step, value]) => `step ${step} loss=${value}`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(40)), (lines, cuts) => {
        const bytes = Buffer.from(lines.join('\n'));
        const patterns = ['(?:step (?<step>\\d+) )?loss=(?<loss>\\S+)', '(?<name>\\w+)=(?<value>\\S+)'];
        const reader = new PatternReader({ patterns });
        const points: MetricPoint[] = [];
        let at = 0;
        for (const cut of cuts) {
          points.push(...reader.push(bytes.subarray(at, at + cut), 1).points);
          at = Math.min(bytes.length, at + cut);
        }
        points.push(...reader.push(bytes.subarray(at), 1).points, ...reader.end(1).points);
        assert.deepEqual(points.map(shown), read(patterns, bytes.toString()));
      }),
    );
  });

  it('survives any bytes and any pattern that is one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, text) => {
        const pattern = `${text}(?<x>.*)`;
        if (!isMetricPattern(pattern)) return;
        const reader = new PatternReader({ patterns: [pattern], lineLimitMs: 1000 });
        reader.push(bytes, 1);
        reader.end(1);
      }),
    );
  });
});
