import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import { Database } from '../../../../src/tracking/sqlite/database.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

type Cell = string | number | null;
const cell = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.string({ maxLength: 40 }).map(text => text.replaceAll('\0', '')),
  // Long enough for chains of overflow pages.
  fc.integer({ min: 0, max: 9000 }).map(length => 'long '.repeat(length)),
);

describe('Database', () => {
  it('reads what SQLite wrote, whatever the page size and the encoding', async () => {
    await using folder = await temporaryFolder();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(512, 1024, 4096, 65536),
        fc.constantFrom('UTF-8', 'UTF-16le', 'UTF-16be'),
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 60 }),
        async (pageSize, encoding, rows) => {
          const path = join(folder.path, `${round++}.db`);
          writeTable(path, `pragma page_size = ${pageSize}; pragma encoding = '${encoding}'`, rows);
          assert.deepEqual(await readTable(path), rows.map(told));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('reads tables of many pages in the order of the rows', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'large.db');
    const rows = Array.from({ length: 20_000 }, (_, index): Cell[] => [index, `text ${index}`, index / 7]);
    writeTable(path, 'pragma page_size = 1024', rows);
    assert.deepEqual(await readTable(path), rows.map(told));
  });

  it('goes on after a row without reading those before it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'large.db');
    const writer = new DatabaseSync(path);
    writer.exec('pragma page_size = 512; create table t(a, b)');
    writer.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
      insert into t(rowid, a, b) select i * 3, i, cast('bytes ' || i as blob) from n`);
    writer.close();
    const database = await Database.open(path);
    const table = database.table('t');
    assert.ok(table);
    for (const after of [0, 3, 8999, 9000, 14_996, 14_997, 15_000]) {
      const rows: string[] = [];
      await database.scan(table, row => rows.push(`${row.rowid} ${row.content(1) ?? ''}`), undefined, after);
      assert.equal(rows.length, 5000 - Math.floor(after / 3), String(after));
      if (rows.length > 0)
        assert.equal(rows[0], `${Math.floor(after / 3) * 3 + 3} bytes ${Math.floor(after / 3) + 1}`);
    }
    database.close();
  });

  it('sees what waits in the write-ahead log, and writes nothing', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'wal.db');
    const writer = new DatabaseSync(path);
    try {
      writer.exec('pragma journal_mode = wal; create table t(a, b, c); insert into t values (1, 2, 3)');
      writer.exec(
        'pragma wal_checkpoint; insert into t values (4, 5, 6); begin; insert into t values (7, 8, 9)',
      );
      const before = snapshot(folder.path);
      assert.deepEqual(await readTable(path), [
        ['1', '2', '3'],
        ['4', '5', '6'],
      ]);
      assert.deepEqual(snapshot(folder.path), before);
      // A copy without its log is what the last checkpoint left.
      copyFileSync(path, join(folder.path, 'copy.db'));
      assert.equal((await readTable(join(folder.path, 'copy.db'))).length, 1);
    } finally {
      writer.close();
    }
  });

  it('knows columns that were added later, and columns that stand for the row number', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'added.db');
    const writer = new DatabaseSync(path);
    writer.exec(
      `create table t(a INTEGER NOT NULL, "b, (c" VARCHAR(3) DEFAULT 'x,y', CONSTRAINT k PRIMARY KEY (a))`,
    );
    writer.exec(`insert into t values (41, 'one'); alter table t add column c TEXT`);
    writer.close();
    const database = await Database.open(path);
    const table = database.table('t');
    assert.ok(table);
    assert.deepEqual(table.columns, ['a', 'b, (c', 'c']);
    await database.scan(table, row => {
      assert.deepEqual([row.number(0), row.text(1), row.text(2)], [41, 'one', undefined]);
    });
    database.close();
  });

  it('says that a transaction is open, or was when its writer died', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'hot.db');
    writeTable(path, '', [[1, 2, 3]]);
    writeFileSync(`${path}-journal`, Buffer.from('d9d505f920a163d7ffffffff', 'hex'));
    await assert.rejects(Database.open(path), { code: 'database-in-transaction' });
    // What an ended transaction leaves behind in other journal modes.
    writeFileSync(`${path}-journal`, Buffer.alloc(512));
    assert.equal((await readTable(path)).length, 1);
  });

  it('says that somebody wrote while it was read', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'changing.db');
    writeTable(path, '', [[1, 2, 3]]);
    const database = await Database.open(path);
    const table = database.table('t');
    assert.ok(table);
    const writer = new DatabaseSync(path);
    writer.exec('insert into t values (4, 5, 6)');
    writer.close();
    await assert.rejects(
      database.scan(table, () => undefined),
      { code: 'database-changing' },
    );
    database.close();
  });

  it('refuses what is no database', async () => {
    await using folder = await temporaryFolder();
    for (const [name, content] of [
      ['empty', ''],
      ['text', 'SQLite format 4\0'.repeat(20)],
    ] as const) {
      writeFileSync(join(folder.path, name), content);
      await assert.rejects(Database.open(join(folder.path, name)), { code: 'database-not-sqlite' });
    }
  });

  it('ends in rows or an error, however the file is damaged', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'sound.db');
    writeTable(
      path,
      'pragma page_size = 512',
      Array.from({ length: 200 }, (_, index) => [index, 'x'.repeat(index * 9), null]),
    );
    const sound = readFileSync(path);
    const damaged = join(folder.path, 'damaged.db');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.option(fc.nat(sound.length)),
        async (changes, length) => {
          const bytes = Buffer.from(sound);
          for (const [at, value] of changes) bytes[at] = value;
          writeFileSync(damaged, length === null ? bytes : bytes.subarray(0, length));
          try {
            await readTable(damaged);
          } catch (error) {
            assert.ok(error instanceof LockstepError, String(error));
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

function writeTable(path: string, pragmas: string, rows: readonly (readonly Cell[])[]): void {
  const database = new DatabaseSync(path);
  database.exec(pragmas);
  database.exec('create table t(a, b, c); create index i on t(a); begin');
  const insert = database.prepare('insert into t values (?, ?, ?)');
  for (const row of rows) insert.run(...row);
  database.exec('commit');
  database.close();
}

async function readTable(path: string): Promise<(string | undefined)[][]> {
  const database = await Database.open(path);
  try {
    const rows: (string | undefined)[][] = [];
    const table = database.table('t');
    if (table !== undefined)
      await database.scan(table, row => {
        rows.push([row.text(0), row.text(1), row.text(2)]);
      });
    return rows;
  } finally {
    database.close();
  }
}

/** SQLite stores -0 as 0. */
function told(row: readonly Cell[]): (string | undefined)[] {
  return row.map(one => (one === null ? undefined : typeof one === 'number' ? String(one + 0) : one));
}

function snapshot(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map(name => `${name} ${readFileSync(join(folder, name)).toString('base64')}`);
}
