/** What people see of records at 80 columns: one project with runs of every kind, one row of the table a command. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { comparisonSectionNames, runComparisonSchema } from '../../../src/runs/runComparison.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { writeMetricSeries } from '../../../src/runs/writeMetricSeries.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { verdictOf, writeRun, writeVerdict } from '../../unit/runs/recordFixtures.ts';

const series = (key: string) => ({
  ...{ key, rank: null },
  ...{ steps: Float64Array.of(0, 1), times: Float64Array.of(0, 1), values: Float64Array.of(2, 1) },
});

describe('what the command line shows', () => {
  let project: CliProject;
  before(async () => {
    project = await cliProject({ 'a.txt': 'a' });
    const store = join(project.root, '.git', 'lockstep');
    const [sweep, trial, deep] = [ulid(1000), ulid(2000), ulid(3000)];
    const write = (id: string, plan: Partial<Plan>): unknown => writeRun(store, { id, plan });
    write(sweep, { name: 'sweep', tags: ['nightly', 'vision'], variables: variables('a') });
    write(trial, { name: 'trial', parent: sweep });
    write(deep, { name: 'deep', parent: trial });
    write(ulid(4000), {
      argv: ['/home/someone/a long path/venv/bin/python', 'train.py', '--lr', '0.1'],
      variables: variables('b'),
      tags: ['nightly'],
    });
    const [original, again] = [ulid(500), ulid(5000)];
    write(original, { name: 'first' });
    write(again, { name: 'first-repro', reproduces: original });
    write(ulid(400), { name: 'half', reproduces: original, purpose: 'probe' });
    writeVerdict(store, verdictOf(original, again));
    writeMetricSeries(runPaths(store, sweep).metrics, ['system/cpu', 'loss', 'acc'].map(series));
  });
  after(() => project[Symbol.asyncDispose]());

  const tables: readonly [what: string, words: string[], shows: RegExp][] = [
    [
      'the script and not the path of its interpreter, and states whole',
      ['runs'],
      /^RUN +STATE .*NAME OR COMMAND.*\n.*first-repro.*\n\w{6} +finished .*[^/]train\.py --lr 0\.1 .*\n\w{6} +finished .*sweep/,
    ],
    [
      'child runs under their run',
      ['runs', '--children'],
      / train\.py.*\n.* sweep .*\n.* {3}↳ trial .*\n.* {5}↳ deep /,
    ],
    [
      'the first of a tree, where few are asked for',
      ['runs', '--children', '--limit', '3'],
      /train\.py.*\n.*sweep.*\n$/,
    ],
    [
      'the verdict of a reproduction whose original is too old for the list',
      ['runs', '--limit', '1'],
      /VERDICT\n\w{6} .* first-repro .* identical\n$/,
    ],
    [
      'the verdict of a reproduction whose original a filter leaves out',
      ['runs', '--filter', 'name = first-repro'],
      /VERDICT\n\w{6} .* first-repro .* identical\n$/,
    ],
    [
      'metrics of the training before those of the machine',
      ['metrics', 'sweep'],
      /^METRIC.*\nloss .*\nacc .*\nsystem\/cpu /,
    ],
    [
      'only variables that can matter, and what is known of neither run by name alone',
      ['compare', 'sweep', '@2'],
      /^command\n(?:(?!unknown|TERM|PYENV|CLICOLOR)[^])*variable OMP_NUM_THREADS +a +b\n(?:(?!unknown)[^])*Not known of any: code, .*\n? .*seed/,
    ],
  ];
  for (const [what, words, shows] of tables)
    it(`is ${what}`, async () => {
      const { stdout, stderr } = await project.lockstep(words, { env: { COLUMNS: '80' } });
      assert.match(stdout, shows, stderr);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    });

  it('counts what there is to show, and not what it hides', async () => {
    const told = async (...words: string[]): Promise<string> =>
      (await project.lockstep(['runs', ...words])).stderr;
    assert.equal(await told('--limit', '1'), 'The newest 1 run of more; --limit shows them\n');
    assert.equal(await told('--limit', '1', '--sort', 'created'), '1 of 4 runs; --limit shows more\n');
    assert.equal(await told('--limit', '4'), '');
  });

  it('leaves nothing out of the document of a comparison', async () => {
    const { document } = await project.json(['compare', 'sweep', '@2', '--json']);
    const { sections } = runComparisonSchema.parse(document);
    assert.deepEqual(
      sections.map(section => section.name),
      [...comparisonSectionNames],
    );
    const keys = sections.flatMap(({ rows }) => rows.map(row => row.key));
    for (const key of ['seed', 'variable TERM', 'variable PYENV_DIR', 'variable CLICOLOR_FORCE'])
      assert.ok(keys.includes(key), key);
  });
});

function variables(value: string): Plan['variables'] {
  return {
    TERM: { keyedHash: value },
    PYENV_DIR: { keyedHash: value },
    CLICOLOR_FORCE: { keyedHash: value },
    OMP_NUM_THREADS: { value },
  };
}
