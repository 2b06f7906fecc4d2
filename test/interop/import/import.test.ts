/** Unchanged scripts that log without Lockstep, and what an import makes of it: every value is compared. */
import assert from 'node:assert/strict';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { PeerName } from '../../../scripts/provision/pythonPeers.ts';
import { peerTitle } from '../../../scripts/provision/pythonPeers.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { importOutputSchema, type ImportOutput } from '../../../src/cli/output/importOutput.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { soak } from '../../helpers/soak.ts';
import { assertSameAsTold, type Latitude } from '../record/assertSameAsTold.ts';
import { recordedRun, type RecordedRun } from '../record/recordedRun.ts';
import { scriptProject } from '../record/trackedScript.ts';
import { readTruth, type ToldRun } from '../record/truth.ts';

interface Imported extends AsyncDisposable {
  readonly project: CliProject;
  readonly told: readonly ToldRun[];
  readonly report: ImportOutput;
  readonly runs: readonly RecordedRun[];
}

interface Case {
  readonly script: string;
  readonly kind: string;
  /** Relative to the project. */
  readonly path: string;
  /** `<root>` stands for the project's folder. */
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  readonly latitude?: Latitude;
}

const fileStore = { MLFLOW_TRACKING_URI: 'file:<root>/mlruns', MLFLOW_ALLOW_FILE_STORE: 'true' };
const database = { MLFLOW_TRACKING_URI: 'sqlite:///<root>/mlflow.db' };

/**
 * `npm test` has each store with the deepest script, and the others with the newest MLflow; `npm run soak` has all with all.
 * SQLAlchemy of today is too new for the database store of MLflow 2.
 */
const stores = [
  ['mlflow', 'mlruns', fileStore],
  ['mlflow', 'mlflow.db', database],
  ['mlflow2', 'mlruns', fileStore],
] as const;

const cases: readonly (readonly [peer: PeerName, what: string, one: Case])[] = [
  ...stores.flatMap(([peer, kind, env]): (readonly [PeerName, string, Case])[] => {
    const place = { kind, path: kind, env };
    const what = `${kind}: values of every kind, artifacts, a dataset, nested runs`;
    const failed: Case = { script: 'mlflow_failure', exitCode: 1, ...place };
    const newest = peer === 'mlflow';
    return [
      [peer, what, { script: 'mlflow_fluent', ...place }],
      ...(soak || (newest && kind === 'mlflow.db')
        ? [[peer, `${kind}: a run that failed`, failed] as const]
        : []),
      ...(soak || newest
        ? [[peer, `${kind}: models, images and tables`, { script: 'mlflow_models', ...place }] as const]
        : []),
    ];
  }),
  [
    'tensorboard',
    'scalars, text, images, histograms',
    { script: 'tensorboardx_run', kind: 'tensorboard', path: 'runs' },
  ],
  [
    'dvclive',
    'tables, parameters, an image',
    { script: 'dvclive_run', kind: 'dvclive', path: 'dvclive', latitude: { more: /^best$/ } },
  ],
  [
    'wandb',
    'history, config',
    { script: 'wandb_offline', kind: 'wandb', path: 'wandb', latitude: { more: /^system\/|^wandb\./ } },
  ],
];

for (const [peer, what, one] of cases)
  describe(`import from ${peerTitle(peer)}`, () => {
    it(what, async function () {
      const { python } = peerOrSkip(this, peer);
      await using imported = await importAfter(python, one);
      const { told, runs, report, project } = imported;
      assert.deepEqual(report.skipped, []);
      assert.equal(runs.length, told.length);
      const nameOf = (id: string | undefined): string | undefined => runs.find(run => run.id === id)?.name;
      for (const run of told) {
        const record = run.name === null ? runs[0] : runs.find(({ name }) => name === run.name);
        assert.ok(record, `no record of ${run.name ?? 'the run'}`);
        const expected = { ...run, metrics: keptMetrics(run.metrics, one.kind) };
        assertSameAsTold(
          expected,
          { ...record, metrics: keptMetrics(record.metrics, one.kind) },
          one.latitude,
        );
        // A further run at the top belongs to the command that Lockstep runs, and to nothing when it did not.
        if (record.parent !== undefined) assert.equal(nameOf(record.parent), run.parent);
      }
      assert.deepEqual(
        told.filter(run => run.parent !== null && run.name !== 'a second one').length,
        runs.filter(run => run.parent !== undefined).length,
      );
      const again = await importNow(project, one);
      assert.deepEqual([again.imported, again.renewed], [[], []]);
      assert.equal(again.unchanged.length, runs.length);
    });
  });

/**
 * What a source can keep of it. A point that was logged twice in one millisecond is one point; SQL knows neither the
 * sign of zero nor infinities, for which MLflow stores the largest number.
 */
function keptMetrics(metrics: RecordedRun['metrics'], kind: string): ToldRun['metrics'] {
  const sql = (value: number): number => (Math.abs(value) === Number.MAX_VALUE ? value * 2 : value + 0);
  return Object.fromEntries(
    Object.entries(metrics).map(([key, points]) => {
      const kept = points.map(([step, value]): [number, number] => [
        step,
        kind === 'mlflow.db' ? sql(value) : value,
      ]);
      return [
        key,
        kept.filter(([step, value], at) => step !== kept[at - 1]?.[0] || value !== kept[at - 1]?.[1]),
      ];
    }),
  );
}

/** Runs the script with nothing but its library, then imports what it left. */
async function importAfter(python: string, one: Case): Promise<Imported> {
  const { project, env, truthFolder } = await scriptProject(one.script);
  const variables = Object.entries(one.env ?? {}).map(([name, value]): [string, string] => [
    name,
    value.replace('<root>', project.root),
  ]);
  const outcome = await runCommand({
    program: python,
    args: ['train.py'],
    cwd: project.root,
    env: { ...project.environment, ...env, ...Object.fromEntries(variables) },
  });
  assert.equal(outcome.exitCode, one.exitCode ?? 0, outcome.stderr);
  await letRest(join(project.root, one.path));
  const report = await importNow(project, one);
  const { main, children } = await readTruth(truthFolder);
  assert.ok(main);
  return {
    project,
    report,
    told: [main, ...children],
    runs: await Promise.all(report.imported.map(id => recordedRun(project, id))),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

async function importNow(project: CliProject, { kind, path }: Case): Promise<ImportOutput> {
  const { code, document } = await project.json(['import', kind, path, '--json']);
  assert.equal(code, 0, JSON.stringify(document));
  return importOutputSchema.parse(document);
}

/** Event files and tables of DVCLive count as ended when nobody has written them for a while. */
async function letRest(folder: string): Promise<void> {
  const before = new Date(Date.now() - 3_600_000);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), before, before);
}
