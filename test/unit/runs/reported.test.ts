import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { listArtifacts } from '../../../src/runs/listArtifacts.ts';
import { readMediaLines } from '../../../src/runs/media.ts';
import {
  mergeReported,
  reportedLineText,
  reportedSchema,
  type ReportedLine,
} from '../../../src/runs/reported.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from './recordFixtures.ts';

const textOf = (...lines: readonly ReportedLine[]): string => lines.map(reportedLineText).join('');

describe('what a program reports about its run', () => {
  it('is merged in the order of the lines', () => {
    const merged = mergeReported(
      textOf(
        { at: 1, name: 'first', parameters: { lr: 0.1, depth: '3' }, tags: { team: 'vision', old: 'x' } },
        { at: 2, name: 'second', tags: { old: null, team: 'audio' }, childRuns: 1 },
        { at: 3, models: [{ id: 'm1', name: 'net' }], datasets: [{ name: 'digits', context: 'training' }] },
        { at: 4, models: [{ id: 'm1', name: 'net', registeredAs: 'net', version: '1' }], childRuns: 2 },
        { at: 5, datasets: [{ name: 'digits', context: 'training' }], state: 'finished' },
      ),
    );
    assert.deepEqual(merged, {
      name: 'second',
      state: 'finished',
      childRuns: 2,
      parameters: { lr: 0.1, depth: '3' },
      tags: { team: 'audio' },
      datasets: [{ name: 'digits', context: 'training' }],
      models: [{ id: 'm1', name: 'net', registeredAs: 'net', version: '1' }],
    });
  });

  it('survives torn and strange lines, and names of anybody', () => {
    const merged = mergeReported(
      `not JSON\n[]\n{"at":"x"}\n${textOf({ at: 1, parameters: JSON.parse('{"__proto__":1,"constructor":2}') as Record<string, number> })}{"at":2,"na`,
    );
    assert.deepEqual(Object.entries(merged.parameters), [['constructor', 2]]);
    const anyLine = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map(value => JSON.stringify({ at: 1, tags: value })),
    );
    fc.assert(
      fc.property(fc.array(anyLine), lines => {
        const merged = mergeReported(`${lines.join('\n')}\n${textOf({ at: 2, name: 'last' })}`);
        assert.equal(merged.name, 'last');
        assert.deepEqual(reportedSchema.parse(merged), merged);
      }),
    );
  });

  it('shows in the summary while the run goes on, and after', async () => {
    const folder = await temporaryFolder();
    try {
      const store = join(folder.path, 'lockstep');
      const runs = new RunStore(store);
      const live = writeRun(store, { result: null, plan: { parameters: {} } });
      writeFileSync(
        live.paths.reported,
        textOf({ at: 1, name: 'said', note: 'why', parameters: { lr: 0.3 }, tags: { team: 'vision' } }),
      );
      const ended = writeRun(store, {
        plan: { name: 'planned', parameters: {} },
        result: {
          reportedParameters: { lr: { value: 0.3, source: 'reported' } },
          reported: { name: 'said', tags: { team: 'vision' }, datasets: [], models: [] },
        },
      });
      const seen = async (id: string): Promise<object> => {
        const { name, note, parameters, reportedTags } = await runs.summary(id);
        return { name, note, parameters, reportedTags };
      };
      const both = { parameters: { lr: 0.3 }, reportedTags: { team: 'vision' } };
      assert.deepEqual(await seen(live.id), { name: 'said', note: 'why', ...both });
      assert.deepEqual(await seen(ended.id), { name: 'planned', note: undefined, ...both });
      assert.deepEqual((await runs.read(live.id)).reported?.tags, { team: 'vision' });
      await runs.annotate(live.id, { name: 'mine', note: null });
      assert.deepEqual(await seen(live.id), { name: 'mine', note: undefined, ...both });
    } finally {
      await folder.remove();
    }
  });
});

describe('media lines', () => {
  it('are passed over where they are torn or lead out of the run', () => {
    const line = (change: object): string =>
      JSON.stringify({ kind: 'image', key: 'samples', step: 3, time: 5, ...change });
    const text = [
      line({ file: 'media/1.png', mediaType: 'image/png' }),
      line({ file: '../../secret.png' }),
      line({ file: '/etc/passwd' }),
      line({ file: 'C:\\x.png' }),
      line({ kind: 'text', text: 'hello' }),
      line({ step: 'x' }),
      line({ text: 'torn' }).slice(0, -3),
    ].join('\n');
    assert.deepEqual(
      readMediaLines(text).map(entry => [entry.kind, entry.file ?? entry.text]),
      [
        ['image', 'media/1.png'],
        ['text', 'hello'],
      ],
    );
  });
});

describe('artifacts of a run', () => {
  it('are listed by path, links told and not followed', async () => {
    const folder = await temporaryFolder();
    try {
      const paths = runPaths(join(folder.path, 'lockstep'), '01ARZ3NDEKTSV4RRFFQ69G5FAV');
      assert.deepEqual(await listArtifacts(paths), { artifacts: [], more: false });
      mkdirSync(join(paths.artifacts, 'model', 'data'), { recursive: true });
      mkdirSync(join(paths.models, 'm-1'), { recursive: true });
      writeFileSync(join(paths.artifacts, 'model', 'data', 'weights.pt'), '12345');
      writeFileSync(join(paths.artifacts, 'notes.txt'), 'x');
      writeFileSync(join(paths.models, 'm-1', 'MLmodel'), 'yz');
      symlinkSync('/etc', join(paths.artifacts, 'out'));
      const { artifacts } = await listArtifacts(paths);
      assert.deepEqual(
        artifacts.map(({ path, kind, size }) => (kind === 'link' ? [path, kind] : [path, kind, size])),
        [
          ['artifacts/model/data/weights.pt', 'file', 5],
          ['artifacts/notes.txt', 'file', 1],
          ['artifacts/out', 'link'],
          ['models/m-1/MLmodel', 'file', 2],
        ],
      );
      const first = await listArtifacts(paths, { limit: 2 });
      assert.deepEqual([first.artifacts.length, first.more], [2, true]);
    } finally {
      await folder.remove();
    }
  });
});
