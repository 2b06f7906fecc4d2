import assert from 'node:assert/strict';
import { Stats } from 'node:fs';
import { FileOrigins } from '../../../../src/execution/sources/fileOrigins.ts';
import type { SeenWrite } from '../../../../src/execution/sources/seenWrites.ts';

/** The command starts at 1,000,000. */
const start = 1_000_000;

function file(fields: {
  readonly born: number;
  readonly changed: number;
  readonly size?: number;
  readonly ino?: number;
}): Stats {
  const { born, changed, size = 100, ino = 1 } = fields;
  return Object.assign(Object.create(Stats.prototype) as Stats, {
    birthtimeMs: start + born,
    mtimeMs: start + changed,
    size,
    ino,
  });
}

const seen = (fields: Partial<SeenWrite>): SeenWrite => ({ path: '/a', anew: false, ...fields });

describe('FileOrigins', () => {
  const cases: readonly (readonly [string, Stats, SeenWrite | undefined, string])[] = [
    ['a new file', file({ born: 5, changed: 9 }), undefined, 'ours from 0'],
    ['a new file by a coarse clock', file({ born: -4, changed: -4 }), undefined, 'ours from 0'],
    ['an old file', file({ born: -5000, changed: -5000 }), undefined, 'unchanged'],
    ['an old file that changed', file({ born: -5000, changed: 5 }), undefined, 'ours from 0, unsure'],
    ['an old file, appended to', file({ born: -5000, changed: 5 }), seen({ size: 40 }), 'ours from 40'],
    [
      'an old file, written anew',
      file({ born: -5000, changed: 5 }),
      seen({ size: 40, anew: true }),
      'ours from 0',
    ],
    [
      'an old file that is only opened so far',
      file({ born: -5000, changed: -5000 }),
      seen({ anew: true }),
      'unchanged',
    ],
    ['a file that was not there', file({ born: -5000, changed: 5 }), seen({}), 'ours from 0'],
  ];
  for (const [what, found, told, wanted] of cases)
    it(`knows ${what}`, () => {
      assert.equal(text(new FileOrigins(start).originOf('/a', found, told)), wanted);
    });

  it('remembers how much there was when it met the file before it changed', () => {
    const origins = new FileOrigins(start);
    origins.originOf('/a', file({ born: -5000, changed: -5000, size: 40 }), undefined);
    const changed = { born: -5000, changed: 5 };
    assert.equal(text(origins.originOf('/a', file(changed), undefined)), 'ours from 40');
    assert.equal(text(origins.originOf('/a', file({ ...changed, ino: 2 }), undefined)), 'ours from 0');
  });

  function text(origin: ReturnType<FileOrigins['originOf']>): string {
    if (origin.kind === 'unchanged') return 'unchanged';
    return `ours from ${origin.from}${origin.unsure ? ', unsure' : ''}`;
  }
});
