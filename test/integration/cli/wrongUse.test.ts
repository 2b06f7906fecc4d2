/**
 * What people type wrong, one row each: the exit code of the contract, words that say what is wrong and what to do,
 * nothing on standard output, and with --json one document there. The table runs in this process; that a process ends
 * with the code is shown once.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { cliInProcess, type InProcessOutcome } from '../../helpers/cliInProcess.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from '../../unit/runs/recordFixtures.ts';

/** `runs` has three runs, two of them called twin; `empty` has none; `outside` is no repository. */
type Place = 'runs' | 'empty' | 'outside';

interface Row {
  readonly place: Place;
  readonly words: readonly string[];
  readonly says: RegExp;
  /** 2 for wrong use, 3 for what could not be done. */
  readonly code?: number;
}

const none = /No run is called "[^"]*"\.\n +List the runs with: lockstep runs/;
const huge = '99999999999999999999999999';
const needsRun: readonly (readonly string[])[] = [
  ...['show', 'logs', 'metrics', 'cancel', 'report', 'health', 'probe', 'find-cause', 'rerun'].map(name => [
    name,
  ]),
  ...[['reproduce'], ['remove'], ['annotate', '--star'], ['share', 'link']],
];

const rows: readonly Row[] = [
  ...needsRun.flatMap((words): Row[] => [
    { place: 'runs', words: [...words, '@99'], says: none },
    { place: 'runs', words: [...words, `@${huge}`], says: none },
    { place: 'runs', words: [...words, ''], says: none },
    { place: 'runs', words: [...words, 'twin'], says: /"twin" can mean 2 runs:\n[^]*Give more of the id/ },
    { place: 'empty', words: [...words, '@1'], says: none },
    { place: 'outside', words: [...words, '@1'], says: none },
  ]),
  ...needsRun
    .filter(([name]) => name !== 'health')
    .map((words): Row => ({ place: 'runs', words, says: /missing required argument '(run|reproduction)'/i })),
  ...(
    [
      [['run'], /nothing to run/],
      [['run', '--'], /no command after --/],
      [['run', '--', ''], /no command after --/],
      [['run', 'python', 'train.py'], /put -- before the command/i],
      [['run', '--env', 'attic', '--', 'true'], /no environment attic.*\n +Say --env host/],
      [['run', '--nonsense', '--', 'true'], /unknown option/i],
      [['run', '--param', 'lr=1', '--', 'true'], /put parameters into the command/],
      [['run', '--no-network', '--', 'true'], /for reproductions/],
      [['run', '--tty', '--detach', '--', 'true'], /--tty cannot be combined/],
      [['run', '--tty', '--', 'true'], /needs a terminal/],
      [['run', 'baseline'], /no experiment baseline/],
      [['run', 'train.py', '--'], /stands before --/],
      [['run', 'my train.py'], /Did you mean: lockstep run -- python 'my train\.py'/],
      [['run', 'train.py', 'data.csv'], /Did you mean: lockstep run -- python train\.py data\.csv/],
      [['rerun', 'only', '--param', 'lr'], /--param wants NAME=VALUE/],
      [
        ['rerun', 'only', '--', 'python', 'b.py'],
        /the command is that of the run.*lockstep run -- python b\.py/,
      ],
      [
        ['reproduce', 'only', '--', 'python', 'b.py'],
        /the command is that of the run.*lockstep run -- python b\.py/,
      ],
      [['reproduce', 'only', '--for', 'ever'], /duration such as 90s or 10m, not ever/],
      [['reproduce', 'only', '--for', '0s'], /duration/],
      [['reproduce', 'only', '--steps', '0'], /--steps wants a number of 1 or more, not 0/],
      [['reproduce', 'only', '--steps', '1.5'], /--steps wants a whole number, not 1\.5/],
      [['reproduce', 'only', '--steps', '1e400'], /not 1e400/],
      [['reproduce', 'only', '--rtol', ''], /--rtol wants a number/],
      [['reproduce', 'only', '--atol', '-1'], /--atol wants a number of 0 or more/],
      [['reproduce', 'only', 'twin'], /too many arguments/i],
      [['reproduce', 'only', '--follow'], /unknown option '--follow'/i],
      [['runs', '--limit', 'many'], /--limit wants a whole number above 0, not many/],
      [['runs', '--limit', '0'], /whole number above 0/],
      [['runs', '--limit', '-1'], /whole number/],
      [['runs', '--limit'], /argument missing/],
      [['runs', '--filter', 'metrics.loss <'], /filter/],
      [
        ['runs', '--sort', 'nosuch'],
        /^\S+ Unknown field nosuch .*sort key "nosuch"\.\n.*metrics\.nosuch.*\n$/,
      ],
      [['show', 'onli'], /No run is called "onli"\. Did you mean "only"\?\n/],
      [['runs', '--follow'], /unknown option/i],
      [['show', '--jsn', 'only'], /Did you mean --json/],
      [['metrics', 'only', '--format', 'xml'], /csv or json, not xml/],
      [['metrics', 'only', 'lss'], /no metric/],
      [['logs', 'only', '--limit', '3'], /unknown option/i],
      [['annotate', 'only'], /nothing to change: give --name/i],
      [['compare', 'only'], /at least two/],
      [['compare'], /missing required argument|at least two/i],
      [['remove', '--undo', 'gone'], /No run in the trash is called "gone"/],
      [['import'], /missing required argument 'path'/i],
      [['import', 'nowhere'], /nothing at .*nowhere\.\n +Check the path/],
      [['import', '.'], /no past runs that are known/],
      [['import', 'a.txt', 'mlruns'], /kind comes first: lockstep import mlruns a\.txt/],
      [['doctor', 'now'], /too many arguments/i],
      [['data', 'statsu'], /Did you mean data status/],
      [['data', 'add'], /missing required argument 'path'/i],
      [['data', 'add', 'nowhere'], /nowhere is not there/],
      [['data', 'status', '--force'], /unknown option/i],
      [['env', 'verfy'], /Did you mean env verify/],
      [['env', 'exec'], /what to run after --/],
      [['share', 'pus'], /Did you mean share push/],
      [['share', 'export', 'only'], /--output/],
      [['hel'], /Did you mean help/],
      [['metrcs'], /Did you mean metrics/],
      [['--jsn'], /There is no command --jsn/],
    ] as const
  ).map(([words, says]): Row => ({ place: 'runs', words, says })),
  { place: 'runs', words: ['share', 'push', 'only'], says: /no remote.*\n +.*git remote add/, code: 3 },
  {
    place: 'runs',
    words: ['report', 'stopped'],
    says: /Run \w{6} reproduces \w{6}, was cancelled and has no verdict\.\n +Reproduce that run once more: lockstep reproduce/,
    code: 3,
  },
  { place: 'outside', words: ['share', 'fetch'], says: /remote of a git repository.*\n +Export the run/ },
];

/** With these --json is itself what is wrong, or is taken for a value. */
const refusesJson = /^(logs(?! only)|env exec|run --tty|runs --limit$)/;

describe('wrong use of the command line', function () {
  this.timeout(120_000);
  let runs: GitRepository;
  let empty: GitRepository;
  let outside: TemporaryFolder;

  before(async () => {
    runs = await gitRepository({ 'a.txt': 'a' });
    empty = await gitRepository({ 'a.txt': 'a' });
    outside = await temporaryFolder();
    const store = join(runs.root, '.git', 'lockstep');
    writeRun(store, { id: ulid(1000), plan: { name: 'twin' } });
    writeRun(store, { id: ulid(2000), plan: { name: 'twin' } });
    const { id } = writeRun(store, { id: ulid(3000), plan: { name: 'only' } });
    const stopped = { name: 'stopped', reproduces: id };
    writeRun(store, { plan: stopped, result: { state: 'cancelled' } });
  });
  after(async () => {
    await runs.remove();
    await empty.remove();
    await outside.remove();
  });

  async function lockstep(place: Place, words: readonly string[]): Promise<InProcessOutcome> {
    const cwd = place === 'outside' ? outside.path : { runs, empty }[place].root;
    return cliInProcess(words, cwd, runs.environment);
  }

  for (const { place, words, says, code = 2 } of rows)
    it(`lockstep ${words.map(word => word || "''").join(' ')}${place === 'runs' ? '' : `, ${place}`}`, async () => {
      const plain = await lockstep(place, words);
      assert.equal(plain.code, code, plain.err);
      assert.match(plain.err, says);
      assert.doesNotMatch(plain.err, /should not have happened/);
      assert.equal(plain.out, '');

      const end = words.indexOf('--');
      const own = end < 0 ? words.length : end;
      const asked = await lockstep(place, [...words.slice(0, own), '--json', ...words.slice(own)]);
      assert.equal(asked.code, code, asked.err);
      const { error } = errorOutputSchema.parse(JSON.parse(asked.out));
      assert.match(error.code, /^[a-z]+(-[a-z]+)*$/);
      // The same words as for people, set in the same way.
      const spoken = refusesJson.test(words.join(' ')) ? /--json/ : says;
      assert.match(`lockstep: ${error.message}\n  ${error.mend ?? ''}\n`, spoken);
      assert.equal(asked.out.trimEnd().split('\n').length, 1);
    });

  it('ends the process with its code', async () => {
    await using project = await cliProject({ 'a.txt': 'a' });
    const { code, stdout, stderr } = await project.lockstep(['show', '@1']);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    const asked = await project.json(['show', '@1', '--json']);
    assert.equal(asked.code, 2);
    assert.equal(errorOutputSchema.parse(asked.document).error.code, 'run-not-found');
  });
});
