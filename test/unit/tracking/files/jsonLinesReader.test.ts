import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleFor } from '../../../../src/tracking/files/fileRules.ts';
import type { JsonLinesForm } from '../../../../src/tracking/files/jsonLinesReader.ts';
import { JsonLinesReader } from '../../../../src/tracking/files/jsonLinesReader.ts';
import { pointText, readInPieces } from '../../../helpers/readSource.ts';

function read(text: string, form?: JsonLinesForm): string {
  return pointText(readInPieces(new JsonLinesReader(form), Buffer.from(text)));
}

describe('a JSON lines file that is named', () => {
  const rows: readonly [name: string, text: string, points: string, form?: JsonLinesForm][] = [
    ['one object a line', '{"step":1,"loss":0.5}\n{"step":2,"loss":NaN}\n', 'loss@1=0.5 loss@2=NaN'],
    [
      'the last line without its end',
      '{"step":1,"loss":0.5}\r\n{"step":2,"loss":0.25}',
      'loss@1=0.5 loss@2=0.25',
    ],
    ['half a line', '{"step":1,"loss":0.5}\n{"step":2,"lo', 'loss@1=0.5'],
    [
      'no step: counted for each',
      '{"loss":3}\n{"loss":2,"acc":0.5}\n{"acc":0.75}\n',
      'loss@0=3 loss@1=2 acc@0=0.5 acc@1=0.75',
    ],
    [
      'a step that someone named',
      '{"tokens":1000,"step":3,"loss":0.5}\n',
      'loss@1000=0.5',
      { step: 'tokens' },
    ],
    [
      'an epoch that someone named, with a batch',
      '{"epoch":2,"batch":3,"loss":0.5}\n',
      'loss@2=0.5',
      { step: 'epoch' },
    ],
    ['a prefix', '{"step":1,"loss":0.5}\n', 'val/loss@1=0.5', { prefix: 'val' }],
    ['ranks', '{"step":1,"rank":1,"loss":0.5}\n', 'loss#1@1=0.5'],
    ['lines that are something else', '# log\n\n[1]\n{"step":1,"loss":0.5}\n', 'loss@1=0.5'],
    [
      'names that are special',
      '{"__proto__":{"loss":1},"constructor":2}\n',
      '__proto__/loss@0=1 constructor@0=2',
    ],
  ];
  for (const [name, text, points, form] of rows) it(name, () => assert.equal(read(text, form), points));

  it('has parameters', () => {
    const content = readInPieces(new JsonLinesReader(), Buffer.from('{"params":{"lr":0.1}}\n'));
    assert.deepEqual(content.parameters, { lr: 0.1 });
  });

  it('tells the same however it grows, whatever it holds', () => {
    const line = fc.oneof(
      fc.json(),
      fc.string(),
      fc.record({ step: fc.nat(), loss: fc.double() }).map(value => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(500)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map(each => `${each}\n`).join(''));
        assert.deepEqual(
          readInPieces(new JsonLinesReader(), bytes, cuts),
          readInPieces(new JsonLinesReader(), bytes),
        );
      }),
    );
  });

  it('with a line of a gigabyte holds little of it, and goes on after it', () => {
    const reader = new JsonLinesReader();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const problems: string[] = [];
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 1024; i++) problems.push(...reader.push(piece, 0).problems);
    assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
    assert.deepEqual(problems, ['a line is longer than 1 MiB: it was left out']);
    assert.equal(pointText(reader.push(Buffer.from('\n{"step":1,"loss":0.5}\n'), 0)), 'loss@1=0.5');
  });
});

describe('a rule of lockstep.yaml', () => {
  const rows: readonly [pattern: string, path: string, fits: boolean][] = [
    ['out/metrics.csv', 'out/metrics.csv', true],
    ['./out/metrics.csv', 'out/metrics.csv', true],
    ['out/*.csv', 'out/a b.csv', true],
    ['out/*.csv', 'out/deep/a.csv', false],
    ['out/**/*.csv', 'out/a.csv', true],
    ['out/**/*.csv', 'out/x/y/a.csv', true],
    ['**/log?.jsonl', 'log1.jsonl', true],
    ['**', 'anything/at/all', true],
    ['a+(b).csv', 'a+(b).csv', true],
    ['a.csv', 'axcsv', false],
    ['out\\m.csv', 'out/m.csv', true],
  ];
  for (const [pattern, path, fits] of rows)
    it(`${pattern} ${fits ? 'names' : 'does not name'} ${path}`, () => {
      assert.equal(ruleFor(path, [{ path: pattern }])?.path, fits ? pattern : undefined);
    });

  it('is the first that fits', () => {
    const rules = [{ path: 'b/*' }, { path: 'a/*', step: 'x' }, { path: 'a/m.csv', step: 'y' }];
    assert.equal(ruleFor('a/m.csv', rules)?.step, 'x');
  });
});
