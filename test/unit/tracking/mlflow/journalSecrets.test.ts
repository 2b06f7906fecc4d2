import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Journal } from '../../../../src/tracking/mlflow/journal.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('the journal of MLflow calls', () => {
  it('holds no secret that a program logged', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'mlflow.jsonl');
    new Journal(path).append([
      { event: 'params', run: 'r', set: [['api_key', 'abcdef1234567890']] },
      {
        event: 'tags',
        run: 'r',
        set: [
          ['db', 'postgresql://u:hunter2@db/x'],
          ['mlflow.runName', 'base'],
          ['gone', null],
        ],
      },
    ]);
    assert.doesNotMatch(readFileSync(path, 'utf8'), /hunter2|abcdef1234567890/);
    const { events, strangeLines } = new Journal(path).read();
    assert.equal(strangeLines, 0);
    assert.deepEqual(events[0], { event: 'params', run: 'r', set: [['api_key', '<secret>']] });
  });
});
