import assert from 'node:assert/strict';
import { recordNotWritten } from '../../../../src/runs/errors.ts';
import { Keeper } from '../../../../src/tracking/mlflow/keeper.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

function bench(options: { patience?: number; memoryBytes?: number } = {}): {
  keeper: Keeper;
  disk: { full: boolean; written: string[] };
  problems: string[];
  write: (text: string) => () => void;
} {
  const disk = { full: false, written: [] as string[] };
  const problems: string[] = [];
  const keeper = new Keeper({ onProblem: text => problems.push(text), everyMs: 1, ...options });
  const write = (text: string) => () => {
    if (disk.full) throw recordNotWritten('somewhere', Object.assign(new Error('full'), { code: 'ENOSPC' }));
    disk.written.push(text);
  };
  return { keeper, disk, problems, write };
}

describe('Keeper', () => {
  it('is done at once where there is room', () => {
    const { keeper, disk, write } = bench();
    assert.equal(
      keeper.keep([write('a'), write('b')], () => 1),
      undefined,
    );
    assert.deepEqual(disk.written, ['a', 'b']);
  });

  it('does each step once, however often it has to try', async () => {
    const { keeper, disk, write, problems } = bench();
    const fills = (): void => {
      disk.full = true;
    };
    let answered = false;
    const kept = keeper.keep([write('a'), fills, write('b')], () => 1)?.then(() => (answered = true));
    await waitFor('the warning', () => problems.length === 1);
    assert.equal(answered, false);
    disk.full = false;
    await kept;
    assert.deepEqual(disk.written, ['a', 'b']);
  });

  it('gives up holding, keeps what comes in memory in its order, and writes it when it can', async () => {
    const { keeper, disk, write, problems } = bench({ patience: 5 });
    disk.full = true;
    await keeper.keep([write('a')], () => 1);
    assert.equal(
      keeper.keep([write('b')], () => 1),
      undefined,
      'held again',
    );
    assert.equal(problems.length, 2);
    disk.full = false;
    await waitFor('the memory to be written', () => disk.written.length === 2);
    assert.equal(
      keeper.keep([write('c')], () => 1),
      undefined,
    );
    assert.deepEqual(disk.written, ['a', 'b', 'c']);
  });

  it('is bounded, and says once that something is lost', async () => {
    const { keeper, disk, write, problems } = bench({ patience: 0, memoryBytes: 10 });
    disk.full = true;
    for (const text of ['a', 'b', 'c', 'd']) await keeper.keep([write(text)], () => 5);
    assert.equal(problems.filter(text => text.includes('lost')).length, 1);
    disk.full = false;
    keeper.close();
    assert.deepEqual(disk.written, ['a', 'b']);
  });

  it('tells at the end what could not be written', async () => {
    const { keeper, disk, write, problems } = bench({ patience: 0 });
    disk.full = true;
    await keeper.keep([write('a')], () => 1);
    keeper.close();
    assert.match(problems.at(-1) ?? '', /1 acts .* lost/);
  });

  it('does not let what cannot be mended hold up the rest', async () => {
    const { keeper, disk, write, problems } = bench({ patience: 24 });
    const gone = (): void => {
      throw recordNotWritten('a child run', Object.assign(new Error('gone'), { code: 'ENOENT' }));
    };
    await keeper.keep([gone, write('the journal')], () => 1);
    await keeper.keep([gone], () => 1);
    assert.equal(
      keeper.keep([write('b')], () => 1),
      undefined,
    );
    assert.deepEqual(disk.written, ['the journal', 'b']);
    assert.equal(problems.length, 1);
  });

  it('goes on behind a step with a fault of ours', () => {
    const { keeper, disk, write, problems } = bench();
    const fault = (): void => {
      throw new TypeError('a mistake');
    };
    assert.equal(
      keeper.keep([fault, write('b')], () => 1),
      undefined,
    );
    assert.deepEqual(disk.written, ['b']);
    assert.match(problems.join(), /a mistake/);
  });
});
