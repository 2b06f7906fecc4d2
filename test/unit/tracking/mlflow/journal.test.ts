import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Journal } from '../../../../src/tracking/mlflow/journal.ts';
import type { JournalEvent } from '../../../../src/tracking/mlflow/journalEvents.ts';
import { TrackingState } from '../../../../src/tracking/mlflow/trackingState.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const run: JournalEvent = {
  event: 'run',
  id: 'r',
  experiment: '0',
  name: 'n',
  user: 'u',
  status: 'RUNNING',
  start: 1,
  stage: 'active',
  place: 'main',
};
const tag = (key: string, value: string | null): JournalEvent => ({
  event: 'tags',
  run: 'r',
  set: [[key, value]],
});

describe('the journal of MLflow calls', () => {
  it('is read as it was written, also behind a torn line', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'mlflow.jsonl');
    const journal = new Journal(path);
    assert.deepEqual(journal.read(), { events: [], strangeLines: 0 });
    journal.append([run, tag('a', 'b')]);
    journal.close();
    appendFileSync(path, '{"event":"ta');
    const next = new Journal(path);
    next.append([tag('a', null)]);
    next.close();
    assert.deepEqual(new Journal(path).read(), {
      events: [run, tag('a', 'b'), tag('a', null)],
      strangeLines: 1,
    });
  });

  it('says what cannot be written, and holds nothing of it', () => {
    const journal = new Journal('/no such folder/mlflow.jsonl');
    assert.throws(() => journal.append([run]), { code: 'record-not-written' });
  });

  it('keeps numbers that JSON does not know', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'mlflow.jsonl');
    const event: JournalEvent = {
      event: 'modelMetrics',
      model: 'm',
      metrics: [Number.NaN, Number.NEGATIVE_INFINITY].map(value => ({
        key: 'k',
        value,
        timestamp: 1,
        step: -1,
        run: 'r',
      })),
    };
    const journal = new Journal(path);
    journal.append([event]);
    journal.close();
    assert.deepEqual(new Journal(path).read().events, [event]);
  });

  it('makes state or counted lines of any bytes', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'mlflow.jsonl');
    const journal = new Journal(path);
    journal.append([run, tag('__proto__', 'x'), tag('b', null)]);
    journal.close();
    const whole = readFileSync(path);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))),
        fc.nat(whole.length),
        (flips, cut) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of flips) bytes[at] = value;
          writeFileSync(path, bytes);
          truncateSync(path, cut);
          const { events, strangeLines } = new Journal(path).read();
          assert.ok(events.length + strangeLines <= whole.length);
          const state = new TrackingState(0);
          for (const event of [...events, ...events]) state.apply(event);
          assert.ok(state.runs.size <= 1);
        },
      ),
    );
  });
});
