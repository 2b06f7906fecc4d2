import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { runCommand } from '../../../../src/base/runCommand.ts';
import {
  keyVariable,
  wrapperArgv,
  wrapperCannotWrite,
} from '../../../../src/execution/inside/wrapperScript.ts';
import {
  insideFolder,
  insideKeyFile,
  readInsideEnd,
  readWrapperEnd,
} from '../../../../src/runs/insideEnd.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const shells: readonly (readonly string[])[] = [
  ['/bin/sh'],
  ['bash'],
  ['bash', '--posix'],
  ['dash'],
  ['busybox', 'sh'],
];

interface Wrapped {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
  /** Of the files that it wrote, by name. */
  readonly said: Readonly<Record<string, string>>;
}

/** Runs the wrapper as a container's shell would, in a run folder of its own. */
async function wrap(
  [program = '', ...options]: readonly string[],
  argv: readonly string[],
  { cwd = '/', input, logs = true, key }: { cwd?: string; input?: string; logs?: boolean; key?: string } = {},
): Promise<Wrapped> {
  await using folder = await temporaryFolder();
  const run = join(folder.path, 'a run');
  const inside = join(run, 'inside');
  await mkdir(inside, { recursive: true });
  if (logs) for (const name of ['stdout.log', 'stderr.log']) await writeFile(join(run, name), 'before\n');
  if (input !== undefined) await writeFile(join(run, 'stdin'), input);
  const words = wrapperArgv([inside, cwd, input === undefined ? '/dev/null' : join(run, 'stdin'), ...argv]);
  const outcome = await runCommand({
    program,
    args: [...options, ...words.slice(1)],
    env: {
      ...{ PATH: process.env['PATH'], HOME: folder.path },
      ...(key === undefined ? {} : { [keyVariable]: key }),
    },
    timeoutMs: 20_000,
  });
  const said: Record<string, string> = {};
  for (const name of await readdir(inside)) said[name] = await readFile(join(inside, name), 'utf8');
  const read = (name: string): Promise<Buffer> => readFile(join(run, name)).catch(() => Buffer.alloc(0));
  return {
    code: outcome.exitCode,
    out: await read('stdout.log'),
    err: String(await read('stderr.log')),
    said,
  };
}

describe('the shell around a command in a container', () => {
  for (const shell of shells)
    it(`tells exit codes from signals and refuses what is no program: ${shell.join(' ')}`, async function () {
      const found = (process.env['PATH'] ?? '')
        .split(':')
        .some(folder => existsSync(join(folder, shell[0] ?? '')));
      if (!found && !existsSync(shell[0] ?? '')) this.skip();
      const end = async (argv: string[]): Promise<unknown> => {
        const { said } = await wrap(shell, argv);
        const found = readWrapperEnd(said['ended'] ?? '', said['said'] ?? '');
        return found?.signal ?? found?.exitCode ?? said['refused']?.trim();
      };
      const cases: readonly [argv: string[], end: unknown][] = [
        [['true'], 0],
        [['sh', '-c', 'exit 137'], 137],
        [['sh', '-c', 'exit 255'], 255],
        [['sh', '-c', 'kill -9 $$'], 'SIGKILL'],
        [['sh', '-c', 'kill -15 $$'], 'SIGTERM'],
        [['sh', '-c', 'kill -2 $$'], 'SIGINT'],
        [['no-such-program'], 'missing'],
        [['/no/such/program'], 'missing'],
        [['/'], 'forbidden'],
        [['/etc/passwd'], 'forbidden'],
      ];
      assert.deepEqual(
        await Promise.all(cases.map(([argv]) => end(argv))),
        cases.map(([, expected]) => expected),
      );
    });

  it('hands words, working folder and standard input on as they are, and appends to the logs', async () => {
    const words = ["it's", '$HOME', '`x`', '*', 'a\nb', '--', ''];
    const script = 'pwd; cat; printf "%s|" "$@"; echo late >&2';
    const { code, out, err } = await wrap(['/bin/sh'], ['sh', '-c', script, 'sh', ...words], {
      cwd: '/usr',
      input: 'stored input',
    });
    assert.equal(code, 0);
    assert.equal(out.toString(), `before\n/usr\nstored input${words.map(word => `${word}|`).join('')}`);
    assert.equal(err, 'before\nlate\n');
  });

  it('leaves no variables of its own behind, and says who it is before the command ends', async () => {
    const { out, said } = await wrap(['/bin/sh'], ['env']);
    const names = out
      .toString()
      .split('\n')
      .slice(1)
      .map(line => line.split('=')[0]);
    assert.deepEqual(
      names.filter(
        name => name !== '' && !['PATH', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''),
      ),
      [],
    );
    assert.match(said['started'] ?? '', /^\d+ \d+ \(/);
  });

  it('starts nothing where it may not write, or the folder to run in is missing', async () => {
    assert.equal((await wrap(['/bin/sh'], ['true'], { logs: false })).code, wrapperCannotWrite);
    assert.equal((await wrap(['/bin/sh'], ['true'], { cwd: '/no/such' })).said['refused'], 'cwd\n');
  });
});

describe('what the wrapper says', () => {
  it('counts where it is signed with the key of the run', async () => {
    await using folder = await temporaryFolder();
    const run = folder.path;
    await mkdir(insideFolder(run));
    const says = async (text: string): Promise<unknown> => {
      await writeFile(join(insideFolder(run), 'ended'), text);
      return readInsideEnd(run)?.exitCode;
    };
    assert.equal(await says('7\n'), 7, 'of a version without keys');
    await writeFile(insideKeyFile(run), 'abc\n');
    assert.deepEqual(
      [await says('0\n'), await says('0 abd\n'), await says('0 xabc\n'), await says('7 abc\n')],
      [undefined, undefined, undefined, 7],
    );
  });

  it('is signed in each of its files, and the command does not see the key', async () => {
    const { said, out } = await wrap(['/bin/sh'], ['env'], { key: 'abc' });
    assert.equal(said['ended'], '0 abc\n');
    assert.match(said['started'] ?? '', /^\d+ \d+ \(.* abc\n$/);
    assert.doesNotMatch(out.toString(), /abc/);
    assert.equal(
      (await wrap(['/bin/sh'], ['no-such-program'], { key: 'abc' })).said['refused'],
      'missing abc\n',
    );
  });
});

describe('readWrapperEnd', () => {
  it('takes no text for an exit code that is none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (ended, said) => {
        const end = readWrapperEnd(ended, said);
        if (!/^\s*\d{1,3}\s*$/.test(ended)) assert.equal(end, undefined);
        else assert.ok((end?.exitCode === undefined) !== (end?.signal === undefined));
      }),
    );
  });
});
