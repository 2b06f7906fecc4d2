import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  decodeLogTimes,
  encodeLogTime,
  LogTimesWriter,
  resolutionMs,
} from '../../../src/execution/logTimes.ts';
import type { LogTime } from '../../../src/execution/logTimes.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const entry = fc.record(
  {
    time: fc.double({ min: 0, max: 1e14, noNaN: true }),
    offset: fc.nat(),
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  },
  { noNullPrototype: true },
);

describe('logTimes', () => {
  it('reads what was written, a torn tail and damaged records left out', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.nat(23), fc.nat(), (entries, torn, hit) => {
        const bytes = Buffer.concat([...entries.map(encodeLogTime), Buffer.alloc(torn, 7)]);
        assert.deepEqual(decodeLogTimes(bytes), entries);
        if (entries.length === 0) return;
        const index = hit % entries.length;
        bytes[index * 24] = (bytes[index * 24] ?? 0) ^ 0xff;
        assert.deepEqual(decodeLogTimes(bytes), entries.toSpliced(index, 1));
      }),
    );
  });

  it('thins out a flood and keeps its end', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'logtimes.bin');
    const descriptor = openSync(path, 'a');
    const writer = new LogTimesWriter(descriptor);
    for (let time = 0; time <= 10_000; time += 10) writer.note('stdout', time * 2, time);
    writer.flush();
    closeSync(descriptor);
    const times: LogTime[] = decodeLogTimes(readFileSync(path));
    assert.ok(times.length <= 2 + 10_000 / resolutionMs, String(times.length));
    assert.deepEqual(times.at(-1), { stream: 'stdout', offset: 20_000, time: 10_000 });
    assert.ok(times.every((one, index) => index === 0 || one.offset > (times[index - 1]?.offset ?? 0)));
  });
});
