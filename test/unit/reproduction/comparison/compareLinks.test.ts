import assert from 'node:assert/strict';
import { compareLinks } from '../../../../src/reproduction/comparison/compareLinks.ts';
import type { MadeLink } from '../../../../src/runs/result.ts';

const link = (text: string): MadeLink => {
  const [path = '', target = ''] = text.split(' -> ');
  return { path, target };
};

describe('compareLinks', () => {
  const cases: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
    [['best.pt -> 1.pt'], ['best.pt -> 1.pt'], ['best.pt identical: A link to 1.pt.']],
    [['best.pt -> 1.pt'], ['best.pt -> 3.pt'], ['best.pt diverged: A link to 1.pt, now to 3.pt.']],
    [['best.pt -> 1.pt'], [], ['best.pt diverged: The reproduction did not make this link to 1.pt.']],
    [
      ['a -> b'],
      ['a -> b', 'c -> d'],
      ['a identical: A link to b.', 'c diverged: Only the reproduction made this link to d.'],
    ],
    // Named by the time of its run.
    [
      ['runs/latest -> runs/2026-01-31_17-01-35'],
      ['runs/latest -> runs/2026-02-01_08-10-00'],
      [
        'runs/latest identical: A link to runs/2026-01-31_17-01-35, now to runs/2026-02-01_08-10-00: only times or random words differ.',
      ],
    ],
    [
      ['runs/2026-01-31_17-01-35/best -> e1'],
      ['runs/2026-02-01_08-10-00/best -> e2'],
      ['runs/2026-01-31_17-01-35/best diverged: A link to e1, now to e2.'],
    ],
    // Never counted by its name.
    [
      ['wandb/latest-run -> wandb/run-a'],
      ['wandb/latest-run -> wandb/run-b'],
      [
        'wandb/latest-run diverged, volatile: A link to wandb/run-a, now to wandb/run-b. Not counted: tracker files.',
      ],
    ],
  ];
  for (const [original, reproduced, expected] of cases)
    it(`says of ${original.join(', ')} and ${reproduced.join(', ') || 'none'} what became of them`, () => {
      const told = compareLinks(original.map(link), reproduced.map(link)).map(
        ({ path, verdict, volatile, sentence = '' }) =>
          `${path} ${verdict}${volatile ? ', volatile' : ''}: ${sentence}`,
      );
      assert.deepEqual(told, expected);
    });

  it('says nothing where the record of the original does not tell of links', () => {
    assert.deepEqual(compareLinks(undefined, [link('a -> b')]), []);
  });

  it('counts what was declared, and leaves out what the rules call volatile', () => {
    const links = [link('wandb/best -> 1')];
    const counted = compareLinks(links, [], { declared: ['wandb/best'] });
    assert.deepEqual(
      counted.map(({ volatile }) => volatile),
      [false],
    );
    const volatile = { metrics: [], outputs: ['wandb/*'], notMetrics: [], notOutputs: [] };
    assert.deepEqual(
      compareLinks(links, [], { volatile, declared: ['wandb/best'] }).map(one => one.volatile),
      [true],
    );
  });
});
