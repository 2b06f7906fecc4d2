import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { readerFor } from '../../../../src/tracking/detectSource.ts';
import { noContent } from '../../../../src/tracking/sourceReader.ts';
import type { SourceContent } from '../../../../src/tracking/sourceReader.ts';
import { TrackioDatabaseReader } from '../../../../src/tracking/trackio/databaseReader.ts';
import { pointText } from '../../../helpers/readSource.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { TrackioDatabase } from '../../../helpers/trackioDatabase.ts';

const start = Date.parse('2026-01-01T12:00:00Z');

async function look(
  reader: TrackioDatabaseReader,
  { since = start, isAlone = true }: { since?: number; isAlone?: boolean } = {},
): Promise<{ main: SourceContent; system: SourceContent }> {
  const { parts } = await reader.read({ since, time: 7, isAlone });
  return { main: parts.get('') ?? noContent, system: parts.get('system') ?? noContent };
}

describe("trackio's database", () => {
  it('is read while it is written, each row once', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    const reader = new TrackioDatabaseReader(database.path);
    try {
      assert.equal(pointText((await look(reader)).main), '');
      database.config('one', { lr: 0.1, opt: { name: 'adam' }, _Username: 'x' });
      database.log('one', 0, { loss: 1, nest: { a: 2 }, text: 'x', bad: 'NaN' });
      const first = (await look(reader)).main;
      assert.equal(pointText(first), 'loss@0=1 nest/a@0=2 bad@0=NaN');
      assert.equal(first.points[0]?.time, start + 1000);
      assert.deepEqual(first.parameters, { lr: 0.1, 'opt.name': 'adam' });
      assert.equal(first.name, 'one');
      database.log('one', 1, { loss: 0.5, img: { _type: 'trackio.image', file_path: 'p/one/1/x.png' } });
      const second = (await look(reader)).main;
      assert.equal(pointText(second), 'loss@1=0.5');
      assert.deepEqual([second.parameters, second.name], [{}, undefined]);
      assert.deepEqual(
        second.media.map(({ kind, key, file, mediaType }) => [kind, key, file, mediaType]),
        [['image', 'img', 'p/one/1/x.png', 'image/png']],
      );
      assert.equal(pointText((await look(reader)).main), '');
    } finally {
      database.close();
    }
    const again = (await look(new TrackioDatabaseReader(database.path))).main;
    assert.equal(pointText(again), 'loss@0=1 nest/a@0=2 bad@0=NaN loss@1=0.5');
  });

  it('holds runs of before, which are not taken', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    database.together(() => {
      for (let step = 0; step < 500; step++) database.log('old', step, { loss: step });
    });
    const reader = new TrackioDatabaseReader(database.path);
    const since = start + 499_500;
    assert.equal(pointText((await look(reader, { since })).main), '');
    database.log('new', 3, { loss: 0.25 });
    assert.equal(pointText((await look(reader, { since })).main), 'loss@3=0.25');
    database.close();
  });

  it('holds several runs of one program, each a training of its own', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    database.config('a', { lr: 1 });
    database.config('b', { lr: 2 });
    for (const run of ['a', 'b', 'a']) database.log(run, 0, { loss: run === 'a' ? 1 : 2 });
    database.system('b', { 'gpu/0/util': 40 });
    const { parts } = await new TrackioDatabaseReader(database.path).read({
      ...{ since: start, time: 7, isAlone: true },
    });
    assert.deepEqual(
      [...parts].map(([part, content]) => [
        ...[part, content.training, content.name, pointText(content), content.parameters],
      ]),
      [
        ['', 'id of a', 'a', 'loss@0=1 loss@0=1', { lr: 1 }],
        ['system', 'id of a', undefined, '', {}],
        ['id of b', 'id of b', 'b', 'loss@0=2', { lr: 2 }],
        ['id of b system', 'id of b', undefined, 'gpu/0/util@0=40', {}],
      ],
    );
    database.close();
  });

  it('may be written by another run: what is new then is in none', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    const reader = new TrackioDatabaseReader(database.path);
    database.log('mine', 0, { loss: 1 });
    assert.equal(pointText((await look(reader)).main), 'loss@0=1');
    database.log('other', 0, { loss: 9 });
    database.log('mine', 1, { loss: 2 });
    const { main } = await look(reader, { isAlone: false });
    assert.equal(pointText(main), 'loss@1=2');
    assert.match(main.problems.join(), /^another run was live, so nobody could tell whose "other" is/);
    database.close();
  });

  it('has values of the machine, a source of their own', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    database.log('a', 5, { loss: 1 });
    database.system('a', { 'gpu/0/util': 40 });
    database.system('a', { 'gpu/0/util': 50 });
    const { main, system } = await look(new TrackioDatabaseReader(database.path));
    assert.equal(pointText(main), 'loss@5=1');
    assert.equal(pointText(system), 'gpu/0/util@0=40 gpu/0/util@1=50');
    database.close();
  });

  it('is told from other databases by the lock beside it', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    database.close();
    const head = Buffer.from('SQLite format 3\0…', 'latin1');
    const found = readerFor(database.path, head, { beside: name => name === 'my digits.lock' });
    assert.equal(found?.kind, 'trackio-database');
    assert.equal(found.mediaFolder, `${folder.path}/media`);
    assert.equal(readerFor(database.path, head, { beside: () => false }), undefined);
    assert.equal(readerFor(database.path, Buffer.from('text'), { beside: () => true }), undefined);
  });

  it('of another shape holds nothing', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'x.db');
    const writer = new DatabaseSync(path);
    writer.exec(`create table metrics (id INTEGER PRIMARY KEY, metrics TEXT, run_id INTEGER, timestamp REAL);
      insert into metrics values (1, 'no json', 2, 3.5), (2, '[1]', 2, 3.5), (3, NULL, NULL, NULL);
      insert into metrics values (4, '{"__proto__": {"x": 1}, "loss": 2}', 2, null)`);
    writer.close();
    const { main } = await look(new TrackioDatabaseReader(path));
    assert.equal(pointText(main), '__proto__/x@0=1 loss@0=2');
  });

  it('of many rows comes in several looks', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    database.together(() => {
      for (let step = 0; step < 45_000; step++) database.log('a', step, { loss: step });
    });
    const reader = new TrackioDatabaseReader(database.path);
    const steps: number[] = [];
    let looks = 0;
    for (let more = true; more; looks++) {
      const content = await reader.read({ since: start, time: 7, isAlone: true });
      steps.push(...(content.parts.get('')?.points ?? []).map(point => point.step));
      more = content.more;
    }
    assert.deepEqual(
      steps,
      Array.from({ length: 45_000 }, (_, step) => step),
    );
    assert.equal(looks, 3);
    database.close();
  });

  it('that is damaged ends in values or an error', async () => {
    await using folder = await temporaryFolder();
    const database = new TrackioDatabase(folder.path, start);
    database.together(() => {
      for (let step = 0; step < 200; step++)
        database.log('a', step, { loss: step, text: 'x'.repeat(step * 20) });
    });
    database.close();
    const whole = readFileSync(database.path);
    const path = join(folder.path, 'damaged.db');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        fc.option(fc.nat(whole.length)),
        async (flips, cut) => {
          const bytes = Buffer.from(whole);
          for (const [at, byte] of flips) bytes[at] = byte;
          writeFileSync(path, bytes.subarray(0, cut ?? bytes.length));
          await look(new TrackioDatabaseReader(path)).catch((error: unknown) => {
            assert.ok(error instanceof Error);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
