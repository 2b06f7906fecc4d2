import assert from 'node:assert/strict';
import { outerRank, rankBelow } from '../../../src/execution/launchRank.ts';

describe('rankBelow', () => {
  const table: [string, Record<string, string>, Record<string, string>, number | undefined][] = [
    ['no launcher', {}, {}, undefined],
    ['a launch below', { RANK: '3' }, {}, 3],
    ['a rank that Lockstep was started with', { RANK: '3' }, { RANK: '3' }, undefined],
    ['another below it', { RANK: '0' }, { RANK: '3' }, 0],
    ['the same of another launch', { RANK: '3', WORLD_SIZE: '8' }, { RANK: '3', WORLD_SIZE: '4' }, 3],
    ['the same, with a store of its own', { RANK: '0', MASTER_PORT: '4000' }, { RANK: '0' }, 0],
    ['torchrun below srun', { SLURM_PROCID: '2', RANK: '17' }, { SLURM_PROCID: '2' }, 17],
    ['srun below sbatch', { SLURM_PROCID: '0', SLURM_STEP_ID: '0' }, { SLURM_PROCID: '0' }, 0],
    ['no number', { RANK: 'one' }, {}, undefined],
    ['the next launcher', { RANK: '', PMI_RANK: '2' }, {}, 2],
  ];
  for (const [name, environment, outer, expected] of table)
    it(`finds ${String(expected)} for ${name}`, () => assert.equal(rankBelow(environment, outer), expected));
});

describe('outerRank', () => {
  it('says what the hook has to compare with, and nothing where there is no rank', () => {
    assert.equal(
      outerRank({ RANK: '1', WORLD_SIZE: '4', MASTER_PORT: 'x,y', HOME: '/' }),
      'RANK=1,WORLD_SIZE=4',
    );
    assert.equal(outerRank({ WORLD_SIZE: '4', SLURM_PROCID: 'all' }), undefined);
  });
});
