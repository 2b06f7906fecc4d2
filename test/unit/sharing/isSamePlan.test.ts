/** A plan is known again when its person has another HOME than when it was shared. */
import assert from 'node:assert/strict';
import { isSamePlan } from '../../../src/sharing/record/isSamePlan.ts';
import { neutralValue } from '../../../src/sharing/record/neutralText.ts';

const plan = {
  root: '/home/ana/project',
  argv: ['/home/ana/venv/bin/python', 'train.py', '--to=/scratch/ana/out'],
  host: 'lab',
};
function shared(value: object, home: string): Buffer {
  const neutral = {
    home,
    accounts: [home.split('/').at(-1) ?? ''],
    machine: (host: string) => `machine ${host}`,
  };
  return Buffer.from(JSON.stringify(neutralValue(value, neutral)));
}

describe('the same plan', () => {
  for (const [then, now] of [
    ['/home/ana', '/home/ana'],
    ['/home/ana', '/root'],
    ['/root', '/home/ana'],
    ['/root', '/github/home'],
    ['/home/ana', '/home/ana/project'],
    ['/home/ana', '/scratch/ana'],
  ] as const)
    it(`with HOME=${then}, then HOME=${now}`, () => {
      assert.ok(isSamePlan(shared(plan, then), shared(plan, now), {}));
      const other = { ...plan, argv: [...plan.argv, '--lr=1'] };
      assert.ok(!isSamePlan(shared(plan, then), shared(other, now), {}));
    });

  it('is not that of another folder', () => {
    const other = { ...plan, root: '/home/ana/project2' };
    assert.ok(!isSamePlan(shared(plan, '/home/ana'), shared(other, '/root'), {}));
  });
});
