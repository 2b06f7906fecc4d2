/**
 * The tour of the README, typed in as it stands: every command must end as it says and print what it shows. In the
 * shown output `…` stands for anything, a line of its own for any number of lines, and spacing does not count.
 */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

interface Step {
  readonly command: string;
  readonly exitCode: number;
  readonly shown: readonly string[];
}

/** The `console` blocks of a section of Markdown; `$` starts a command, `# exits N` behind it is its exit code. */
function stepsOf(markdown: string, heading: string): Step[] {
  const section = markdown.split(/^## /m).find(part => part.startsWith(heading)) ?? '';
  const lines = [...section.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.trimEnd().split('\n'),
  );
  const steps: { command: string; exitCode: number; shown: string[] }[] = [];
  for (const line of lines) {
    const [, command, exitCode] = /^\$ (.*?)(?: +# exits (\d+))?$/.exec(line) ?? [];
    if (command !== undefined) steps.push({ command, exitCode: Number(exitCode ?? 0), shown: [] });
    else steps.at(-1)?.shown.push(line);
  }
  return steps;
}

function assertShows(printed: string, shown: readonly string[], command: string): void {
  const tidy = (line: string): string => line.trim().replace(/\s+/g, ' ');
  const lines = printed.split('\n').map(tidy);
  let from = 0;
  for (const line of shown.map(tidy)) {
    if (line === '' || line === '…') continue;
    const pattern = new RegExp(`^${line.split('…').map(literally).join('.*')}$`);
    const found = lines.findIndex((one, at) => at >= from && pattern.test(one));
    assert.ok(found >= 0, `\n$ ${command}\nshould show\n  ${line}\nand printed\n${printed}`);
    from = found + 1;
  }
}

describe('the tour of the README', function () {
  this.timeout(180_000);

  it('works as it is written', async function () {
    if (process.platform === 'win32') this.skip();
    const steps = stepsOf(await readFile(join(projectRoot, 'README.md'), 'utf8'), 'A tour');
    assert.ok(steps.length >= 8, 'the tour was not found');

    await using folder = await temporaryFolder();
    const bin = join(folder.path, 'bin');
    await mkdir(bin);
    const launcher = join(bin, 'lockstep');
    await writeFile(
      launcher,
      `#!/bin/sh\nexec '${process.execPath}' '${join(projectRoot, 'dist', 'cli.cjs')}' "$@"\n`,
    );
    await chmod(launcher, 0o755);
    const env = scrubbedEnvironment(folder.path, {
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
      COLUMNS: '100',
    });

    let place = projectRoot;
    for (const { command, exitCode, shown } of steps) {
      // `cd` lasts from one command to the next, as in a terminal.
      const script = `${command}\ncode=$?\npwd >&3\nexit $code`;
      const where = join(folder.path, 'place');
      const outcome = await runCommand({
        program: 'bash',
        args: ['-c', `exec 3>"$0"\n${script}`, where],
        cwd: place,
        env,
      });
      const printed = outcome.stdout.toString('utf8') + outcome.stderr;
      assert.equal(outcome.exitCode, exitCode, `\n$ ${command}\n${printed}`);
      assertShows(printed, shown, command);
      place = (await readFile(where, 'utf8')).trimEnd();
    }
  });
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
