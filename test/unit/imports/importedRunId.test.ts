import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeTime } from 'ulid';
import { importedRunId } from '../../../src/imports/importedRunId.ts';
import { isRunId } from '../../../src/runs/runFolders.ts';

describe('importedRunId', () => {
  it('never changes for a run that was imported once', () => {
    assert.equal(
      importedRunId('mlruns', { identity: '22fd5dbbf6e04be09db820c52b74c733', startedAt: 1795370797364 }),
      '01M8270J9MA5V2YHMRDMKZVJFH',
    );
  });

  it('is a run id that holds the start, whatever the source says', () => {
    fc.assert(
      fc.property(fc.string(), fc.oneof(fc.double(), fc.maxSafeInteger()), (identity, startedAt) => {
        const id = importedRunId('tensorboard', { identity, startedAt });
        assert.ok(isRunId(id), id);
        const told = Number.isFinite(startedAt) ? Math.floor(startedAt) : 0;
        assert.equal(decodeTime(id), Math.min(Math.max(told, 0), 2 ** 48 - 1));
      }),
    );
  });

  it('differs between kinds and between runs', () => {
    const ids = [
      importedRunId('mlruns', { identity: 'a', startedAt: 1 }),
      importedRunId('mlruns', { identity: 'b', startedAt: 1 }),
      importedRunId('wandb', { identity: 'a', startedAt: 1 }),
    ];
    assert.equal(new Set(ids).size, 3);
  });
});
