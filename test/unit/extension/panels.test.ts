import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assignSlots } from '../../../src/extension/panels/runSlots.ts';
import { panelHtml } from '../../../src/extension/panels/panelHtml.ts';
import { panelHandlers } from '../../../src/extension/worker/panelHandlers.ts';
import { Stores } from '../../../src/extension/worker/stores.ts';
import { writeJsonAtomic } from '../../../src/base/atomicFile.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('assignSlots', () => {
  it('keeps what a run had, never gives two runs one place, and fills gaps', () => {
    const known = new Map([
      ['a', 3],
      ['b', 3],
      ['c', 0],
    ]);
    assert.deepEqual([...assignSlots(['a', 'b', 'c', 'd'], known)].sort(), [
      ['a', 3],
      ['b', 1],
      ['c', 0],
      ['d', 2],
    ]);
  });
});

describe('panelHtml', () => {
  it('allows its own script and style and nothing else', () => {
    const html = panelHtml({
      title: '<b>"&',
      cspSource: 'https://source',
      script: 'https://source/a.js',
      style: 'https://source/a.css',
      nonce: 'n',
      language: 'en',
    });
    assert.match(
      html,
      /content="default-src 'none'; script-src 'nonce-n'; style-src https:\/\/source 'nonce-n'"/,
    );
    assert.doesNotMatch(html, /unsafe|<b>/);
  });
});

describe('the worker for panels', () => {
  const id = '01K0A0A0A0A0A0A0A0A0K7Q2P9';

  it('gives catalogue, points, and exact CSV of a run, and reads on while it grows', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'store');
    const paths = runPaths(store, id);
    await mkdir(paths.dir, { recursive: true });
    await writeJsonAtomic(paths.result, {
      schemaVersion: 1,
      state: 'finished',
      endedAt: '2026-11-22T10:00:00.000Z',
      outputs: [],
      metrics: {},
    });
    const writer = MetricLogWriter.open(paths.metrics);
    const point = (step: number, value: number, rank?: number) => ({
      ...{ key: 'a "loss"', step, value, time: 1000 * step },
      ...(rank === undefined ? {} : { rank }),
    });
    writer.append([point(1, 0.1 + 0.2, 0), point(2, NaN, 0), point(1, 5, 1)]);
    const stores = new Stores(() => undefined);
    const handlers = panelHandlers(stores);
    const { signal } = new AbortController();

    const catalogue = await handlers.chartCatalogue({ store, ids: [id, '01K0A0A0A0A0A0A0A0A0K7Q2PZ'] });
    assert.deepEqual(catalogue.metrics, [{ key: 'a "loss"', ranks: [0, 1] }]);
    assert.deepEqual(catalogue.missing, ['01K0A0A0A0A0A0A0A0A0K7Q2PZ']);

    const ask = async (rank: number | null) =>
      handlers.chartPoints(
        {
          store,
          ids: [id],
          x: 'step',
          smoothing: 0,
          rank,
          restarts: 'latest',
          charts: [{ key: 'a "loss"', width: 100 }],
        },
        signal,
      );
    assert.deepEqual(
      (await ask(0))[0]?.series.map(series => [series.rank, series.count]),
      [[0, 2]],
    );
    assert.deepEqual(
      (await ask(7))[0]?.series.map(series => series.rank),
      [0],
    );
    assert.equal((await ask(null))[0]?.series.length, 2);

    writer.append([point(3, 7, 0)]);
    writer.close();
    assert.equal((await ask(0))[0]?.series[0]?.lastValue, 7);

    const csv = Buffer.from(
      await handlers.metricsCsv({ store, ids: [id], keys: ['a "loss"'] }, signal),
    ).toString();
    assert.deepEqual(csv.split('\r\n').slice(0, 3), [
      'run,name,metric,rank,step,time,value',
      `${id},,"a ""loss""",0,1,1970-01-01T00:00:01.000Z,0.30000000000000004`,
      `${id},,"a ""loss""",0,2,1970-01-01T00:00:02.000Z,NaN`,
    ]);
  });
});
