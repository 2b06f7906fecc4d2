import assert from 'node:assert/strict';
import { appendFile, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { writeJsonAtomic } from '../../../src/base/atomicFile.ts';
import { mediaHandlers } from '../../../src/extension/worker/mediaHandlers.ts';
import { MediaIndex } from '../../../src/extension/worker/mediaIndex.ts';
import type { PlainContent } from '../../../src/extension/worker/mediaContent.ts';
import { Stores } from '../../../src/extension/worker/stores.ts';
import type { MediaEntry } from '../../../src/runs/media.ts';
import { runPaths, type RunPaths } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const id = '01K0A0A0A0A0A0A0A0A0K7Q2P9';
const { signal } = new AbortController();

describe('the worker for media', () => {
  interface Recorded extends AsyncDisposable {
    readonly paths: RunPaths;
    write(name: string, content: string): Promise<void>;
    log(...entries: Partial<MediaEntry>[]): Promise<void>;
    catalogue(): Promise<[kind: string, key: string, rank: number | null, steps: number[]][]>;
    contents(kind: string, key: string, step?: number | null): Promise<PlainContent | undefined>;
  }

  const recorded = async (): Promise<Recorded> => {
    const folder = await temporaryFolder();
    const store = join(folder.path, 'a store');
    const paths = runPaths(store, id);
    await mkdir(paths.dir, { recursive: true });
    await writeJsonAtomic(paths.result, {
      ...{
        schemaVersion: 1,
        state: 'finished',
        endedAt: '2026-11-22T10:00:00.000Z',
        outputs: [],
        metrics: {},
      },
    });
    const handlers = mediaHandlers(new Stores(() => undefined));
    return {
      paths,
      write: async (name, content) => {
        await mkdir(dirname(join(paths.dir, name)), { recursive: true });
        await writeFile(join(paths.dir, name), content);
      },
      log: (...entries) =>
        appendFile(
          paths.media,
          entries.map(entry => `${JSON.stringify({ key: 'k', step: 0, time: 1, ...entry })}\n`).join(''),
        ),
      catalogue: async () =>
        (await handlers.mediaCatalogue({ store, id })).cards.map(card => [
          card.kind,
          card.key,
          card.rank,
          [...card.steps],
        ]),
      contents: async (kind, key, step = null) =>
        (
          await handlers.mediaContents(
            { store, id, cards: [{ id: JSON.stringify([kind, key, null]), step }] },
            signal,
          )
        )[0],
      [Symbol.asyncDispose]: () => folder.remove(),
    };
  };

  it('lists nothing for a run without media, and for none', async () => {
    await using run = await recorded();
    assert.deepEqual(await run.catalogue(), []);
    const gone = await mediaHandlers(new Stores(() => undefined)).mediaCatalogue({
      store: run.paths.dir,
      id,
    });
    assert.equal(gone.state, null);
  });

  it('makes a card of each kind, key and rank, reads on, and passes over what it does not know', async () => {
    await using run = await recorded();
    await run.log(
      { kind: 'text', step: 5, text: 'five' },
      { kind: 'text', step: 1, text: 'one' },
      { kind: 'text', step: 1, rank: 1, text: 'other' },
      { kind: 'hologram', step: 1 },
    );
    await appendFile(run.paths.media, 'no json\n{"kind":"text","key":"torn"');
    assert.deepEqual(await run.catalogue(), [
      ['text', 'k', null, [1, 5]],
      ['text', 'k', 1, [1]],
    ]);
    await appendFile(run.paths.media, ',"step":3,"time":1,"text":"whole"}\n');
    await run.log({ kind: 'text', step: 5, text: 'five again' });
    assert.deepEqual((await run.catalogue()).at(-1), ['text', 'torn', null, [3]]);
    assert.deepEqual((await run.contents('text', 'torn'))?.shown, {
      type: 'text',
      text: 'whole',
      cut: false,
    });
    assert.deepEqual((await run.contents('text', 'k'))?.shown, {
      type: 'text',
      text: 'five again',
      cut: false,
    });
    assert.equal((await run.contents('text', 'k', 2))?.step, 1);
    assert.equal((await run.contents('text', 'k', 4))?.step, 5);
  });

  it('starts anew when the file was made shorter', async () => {
    await using run = await recorded();
    await run.log({ kind: 'text', text: 'a longer text than what comes next' });
    await run.catalogue();
    await truncate(run.paths.media);
    await run.log({ kind: 'text', key: 'new', text: '' });
    assert.deepEqual(await run.catalogue(), [['text', 'new', null, [0]]]);
  });

  it('gives pictures as paths of the run folder, and follows no link out of it', async () => {
    await using run = await recorded();
    await run.write('media/a b%25.png', 'png');
    await symlink('/etc/hostname', join(run.paths.dir, 'media', 'out.png'));
    await run.log(
      { kind: 'image', key: 'in', file: 'media/a b%25.png', width: 2, height: 3 },
      { kind: 'image', key: 'out', file: 'media/out.png' },
      { kind: 'image', key: 'up', file: '../../../etc/passwd' },
      { kind: 'image', key: 'gone', file: 'media/gone.png' },
    );
    const inside = await run.contents('image', 'in');
    assert.deepEqual(inside?.shown, { type: 'image', width: 2, height: 3 });
    assert.equal(inside.path, join(run.paths.dir, 'media', 'a b%25.png'));
    for (const key of ['out', 'gone']) {
      const content = await run.contents('image', key);
      assert.equal(content?.shown.type, 'unavailable', key);
      assert.equal(content.hasFile, false);
      assert.equal(content.path, undefined);
    }
    assert.equal(await run.contents('image', 'up'), undefined);
  });

  it('cuts texts and tables to what a card shows', async () => {
    await using run = await recorded();
    const rows = Array.from({ length: 1000 }, (_, i) => [i, `<b>${i}</b>`, null, { deep: 'x'.repeat(1000) }]);
    await run.write('artifacts/t.json', JSON.stringify({ columns: ['a', 'b', 'c', 'd'], data: rows }));
    await run.write('artifacts/other.json', '[1, 2]');
    await run.log(
      { kind: 'text', key: 'long', text: 'x'.repeat(100_000) },
      { kind: 'table', key: 't', file: 'artifacts/t.json' },
      { kind: 'table', key: 'other', file: 'artifacts/other.json' },
    );
    const text = (await run.contents('text', 'long'))?.shown;
    assert.ok(text?.type === 'text' && text.cut && text.text.length === 20_000);
    const table = (await run.contents('table', 't'))?.shown;
    assert.ok(table?.type === 'table');
    assert.deepEqual([table.rows.length, table.totalRows, table.totalColumns], [200, 1000, 4]);
    assert.deepEqual(table.rows[1]?.slice(0, 3), ['1', '<b>1</b>', 'null']);
    assert.ok(table.rows.every(row => row.every(cell => cell.length <= 300)));
    assert.deepEqual((await run.contents('table', 'other'))?.shown, {
      ...{ type: 'file', name: 'other.json', size: 6 },
    });
  });

  it('shows histograms as bars, also where an end is not told', async () => {
    await using run = await recorded();
    await run.log({
      kind: 'histogram',
      histogram: { min: null, max: null, count: 4, sum: 6, ends: [1, 2, 3], counts: [0, 3, 1] },
    });
    const shown = (await run.contents('histogram', 'k'))?.shown;
    assert.ok(shown?.type === 'histogram');
    assert.deepEqual([shown.min, shown.max, shown.count, shown.mean], [1, 3, 4, 1.5]);
    assert.equal(Math.round(shown.bars.reduce((total, bar) => total + bar, 0)), 4);
  });

  it('offers a slider no more than five thousand places, the ends among them', async () => {
    await using run = await recorded();
    await run.log(
      ...Array.from({ length: 12_000 }, (_, step) => ({ kind: 'text', step, text: String(step) })),
    );
    const [card] = await run.catalogue();
    assert.deepEqual([card?.[3].length, card?.[3][0], card?.[3].at(-1)], [5000, 0, 11_999]);
    assert.equal((await run.contents('text', 'k', 7001))?.step, 7001);
  });

  it('takes any bytes', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'media.jsonl');
    const line = fc.oneof(
      fc.string(),
      fc
        .record({ kind: fc.constant('text'), key: fc.string(), step: fc.double(), time: fc.double() })
        .map(value => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line), async lines => {
        await writeFile(path, lines.join('\n'));
        const index = new MediaIndex(path);
        await index.read();
        for (const card of index.cards()) assert.ok(card.steps.length > 0);
      }),
      { numRuns: 60 },
    );
  });
});
