import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import * as vscode from 'vscode';
import { commandIds } from '../../src/extension/ids.ts';
import { announceChange } from '../../src/runs/changes.ts';
import { writeRun } from '../unit/runs/recordFixtures.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { openedEditor, picture, removeAllRuns, rowOf, waitForPicture } from './openedEditor.ts';
import type { OpenedEditor } from './openedEditor.ts';

const ended = {
  startedAt: '2026-01-02T03:04:06.000Z',
  endedAt: '2026-01-02T03:04:10.000Z',
  durationMs: 4000,
};
const metrics = { loss: { last: 0.5, lastStep: 9, min: 0.25, max: 2, count: 10 } };

describe('what a tracking library logs', () => {
  let editor: OpenedEditor;
  let store: string;

  before(async () => {
    editor = await openedEditor();
    store = join(editor.folder, '.git', 'lockstep');
  });
  beforeEach(() => removeAllRuns(editor));
  after(() => removeAllRuns(editor));

  /** A sweep as MLflow logs one, with all that it may leave. */
  const writeSweep = async (children: number): Promise<string> => {
    const { id, paths } = writeRun(store, {
      plan: { name: 'sweep', mlflow: 'endpoint', parameters: {} },
      result: {
        ...ended,
        metrics,
        reported: {
          tags: { stage: 'trial', 'mlflow.user': 'somebody' },
          datasets: [{ name: 'digits', digest: 'abc123', context: 'training' }],
          models: [
            { id: 'm-1', name: 'classifier', path: 'models/m-1', registeredAs: 'digits', version: '3' },
            { id: 'm-2', name: 'nameless' },
          ],
          childRuns: children,
        },
      },
    });
    const written = [id];
    for (let i = 0; i < children; i++) {
      const child = writeRun(store, {
        id: ulid(2_000_000 + i),
        plan: { parent: id, name: `wise-owl-${i}`, parameters: { lr: { value: i, source: 'reported' } } },
        result: { ...ended, startedAt: new Date(Date.UTC(2026, 0, 2, 3, 5) + i).toISOString(), metrics },
      });
      written.push(child.id);
    }
    await mkdir(join(paths.artifacts, 'plots'), { recursive: true });
    await mkdir(join(paths.models, 'm-1'), { recursive: true });
    await writeFile(join(paths.artifacts, 'notes.txt'), 'as logged');
    await writeFile(join(paths.artifacts, 'plots', 'curve.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(paths.models, 'm-1', 'MLmodel'), 'flavors:');
    await appendFile(
      paths.media,
      `${JSON.stringify({ kind: 'image', key: 'curve', step: 1, time: 0, file: 'artifacts/plots/curve.svg' })}\n`,
    );
    announceChange(store, written);
    return id;
  };

  it('stands below its run: child runs, tags, media, artifacts, models, datasets', async () => {
    await writeSweep(3);
    const child = (i: number): string[] => [
      `        pass lr=${i}  loss 0.5 · TIME`,
      '          graph-line Metrics  last · best',
      '            pulse loss  0.5 · 0.25',
      `          symbol-parameter Parameters  lr ${i}`,
      `            diff lr  ${i} · differs`,
    ];
    await waitForPicture(
      editor,
      [
        'Older  1',
        '  pass sweep  loss 0.5 · TIME',
        '    graph-line Metrics  last · best',
        '      pulse loss  0.5 · 0.25',
        '    tag Tags  stage trial',
        '      tag stage  trial',
        '    list-tree Child Runs  3',
        ...[0, 1, 2].flatMap(i => child(i).map(line => line.replace(/^ {2}/, ''))),
        '    git-commit Code  unknown: test',
        '    server-environment Environment  host',
        '    file-media Media  images',
        '    files Artifacts  2 files · 50 B',
        '      folder plots',
        '        file curve.svg  41 B',
        '      file notes.txt  9 B',
        '    layers Models  2',
        '      folder classifier  registered as digits, version 3',
        '        file MLmodel  8 B',
        '      layers nameless',
        '    database Datasets  1',
        '      database digits  training · abc123',
      ].join('\n'),
      true,
    );
  });

  it('shows the first two hundred of a thousand child runs, and more on demand', async () => {
    await writeSweep(1000);
    const rows = async (): Promise<number> => (await childRows(editor, 'sweep')).length;
    await waitFor('two hundred and one rows', async () => (await rows()) === 201);
    const more = (await childRows(editor, 'sweep')).at(-1);
    await vscode.commands.executeCommand(commandIds.showMore, more);
    await waitFor('more of them', async () => (await rows()) === 701);
  });

  it('opens media, artifacts, and charts of all child runs', async () => {
    await writeSweep(2);
    const sweep = await rowOf(editor, 'sweep');
    await vscode.commands.executeCommand(commandIds.showMedia, sweep);
    await waitForTab('Media: sweep');
    await vscode.commands.executeCommand(commandIds.showChildMetrics, sweep);
    await waitForTab('Metrics: 2 runs');
  });

  it('draws a child run that comes while the tree is open', async () => {
    const id = await writeSweep(1);
    await waitFor('the sweep', async () => (await picture(editor, true)).includes('Child Runs  1'));
    const { id: late } = writeRun(store, {
      plan: { parent: id, name: 'late', parameters: {} },
      result: { ...ended, metrics },
    });
    announceChange(store, [late]);
    await waitFor('the child run', async () => / {2}pass late\b/.test(await picture(editor, true)), {
      describe: () => picture(editor, true),
    });
  });

  it('imports what MLflow has kept in a folder, once', async () => {
    const run = join(editor.folder, 'mlruns', '0', '0123456789abcdef0123456789abcdef');
    const lines: Readonly<Record<string, string>> = {
      '../meta.yaml': "artifact_location: ''\nexperiment_id: '0'\nlifecycle_stage: active\nname: Default\n",
      'meta.yaml': [
        "artifact_uri: ''",
        'end_time: 1700000009000',
        "experiment_id: '0'",
        'lifecycle_stage: active',
        'run_id: 0123456789abcdef0123456789abcdef',
        'run_name: yesterday',
        'start_time: 1700000000000',
        'status: 3',
        "user_id: ''",
        '',
      ].join('\n'),
      'metrics/loss': '1700000001000 0.75 0\n1700000002000 0.5 1\n',
      'params/lr': '0.1',
      'tags/stage': 'old',
    };
    for (const [name, content] of Object.entries(lines)) {
      await mkdir(dirname(join(run, name)), { recursive: true });
      await writeFile(join(run, name), content);
    }
    try {
      const imported = vscode.Uri.file(join(editor.folder, 'mlruns'));
      const shown = ['Older  1', '  pass yesterday  loss 0.5 · TIME · imported from MLflow'].join('\n');
      await vscode.commands.executeCommand(commandIds.importRuns, imported);
      await waitForPicture(editor, shown);
      await vscode.commands.executeCommand(commandIds.importRuns, imported);
      await waitForPicture(editor, shown);
    } finally {
      await rm(join(editor.folder, 'mlruns'), { recursive: true });
    }
  });

  it('says that an own MLflow server is not mirrored, and where an imported run comes from', async () => {
    const own = writeRun(store, {
      plan: { name: 'own', mlflow: 'own-server', parameters: {} },
      result: { ...ended, metrics: {} },
    });
    const { id } = writeRun(store, {
      plan: {
        ...{ name: 'past', argv: [], parameters: {} },
        origin: { kind: 'mlruns', path: '/old/mlruns', id: 'abc', importedAt: ended.endedAt },
      },
      result: { ...ended, metrics: {} },
    });
    announceChange(store, [own.id, id]);
    await waitFor(
      'both',
      async () => {
        const text = await picture(editor, true);
        return (
          text.includes('cloud MLflow  Logs to your own MLflow server; not mirrored.') &&
          text.includes('pass past  TIME · imported from MLflow')
        );
      },
      { describe: () => picture(editor, true) },
    );
    const item = await editor.tree.getTreeItem(await rowOf(editor, 'past'));
    if (/\bcommand\b/.test(item.contextValue ?? '')) throw new Error('An imported run can be run again.');
  });
});

async function childRows(editor: OpenedEditor, label: string): Promise<object[]> {
  const sections = (await editor.tree.getChildren(await rowOf(editor, label))) ?? [];
  for (const section of sections)
    if ((await editor.tree.getTreeItem(section)).contextValue === 'childRuns')
      return (await editor.tree.getChildren(section)) ?? [];
  return [];
}

async function waitForTab(label: string): Promise<void> {
  await waitFor(
    `a tab ${label}`,
    () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(tab => tab.label === label)),
    { describe: () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(tab => tab.label)).join() },
  );
}
