/** What must keep a verdict from saying `identical`, seen with real programs. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';

async function run(project: CliProject, words: readonly string[], options?: CliOptions): Promise<void> {
  const outcome = await project.lockstep(['run', ...words], options);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
}

async function reproduce(project: CliProject, options?: CliOptions): Promise<Verdict> {
  const { document } = await project.json(['reproduce', '@1', '--json'], options);
  return verdictSchema.parse(document);
}

function statusOf(verdict: Verdict, name: string): string | undefined {
  return verdict.ingredients.find(one => one.name === name)?.status;
}

const metricLine = `print(json.dumps({'step': 0, 'loss': 0.5}))`;

describe('a verdict is capped, and says why,', function () {
  this.timeout(180_000);

  it('when code was edited while the original ran', async () => {
    await using project = await cliProject({
      'late.py': 'VALUE = 1\n',
      'train.py': `
import json
${metricLine}
import subprocess
subprocess.run(['sh', '-c', 'echo "VALUE = 2" > late.py'], check=True)
`,
    });
    await run(project, ['--', 'python3', 'train.py']);
    const { result } = showOutputSchema.parse((await project.json(['show', '@1', '--json'])).document);
    assert.equal(result?.codeChangedDuringRun, true);
    const verdict = await reproduce(project);
    assert.equal(verdict.verdict, 'within-tolerance', JSON.stringify(verdict, null, 1));
    assert.match(verdict.caps.join('\n'), /late\.py/);
  });

  it('when nobody could see what a program read', async () => {
    await using project = await cliProject({ 'README.md': '' });
    const data = join(project.root, '..', 'outside.txt');
    await writeFile(data, '0.5\n');
    const words = ['sh', '-c', `echo "{\\"step\\": 0, \\"loss\\": $(head -c 3 "${data}")}"`];
    await run(project, ['--', ...words]);
    const verdict = await reproduce(project);
    assert.equal(verdict.verdict, 'within-tolerance', JSON.stringify(verdict, null, 1));
    assert.equal(statusOf(verdict, 'data'), 'unknown');
    await run(project, ['--input', data, '--', ...words]);
    const declared = await reproduce(project);
    assert.equal(declared.verdict, 'identical', JSON.stringify(declared, null, 1));
  });

  it('when the hook was off', async () => {
    await using project = await cliProject({ 'train.py': `import json\n${metricLine}\n` });
    await run(project, ['--', 'python3', 'train.py'], { env: { LOCKSTEP_HOOK: '0' } });
    const verdict = await reproduce(project, { env: { LOCKSTEP_HOOK: '0' } });
    assert.equal(verdict.verdict, 'within-tolerance', JSON.stringify(verdict, null, 1));
  });

  it('when a folder of data is known by the sizes of its files only', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os, sys
total = sum(int(open(os.path.join(sys.argv[1], name)).read()) for name in sorted(os.listdir(sys.argv[1])))
print(json.dumps({'step': 0, 'files': len(os.listdir(sys.argv[1]))}))
`,
    });
    const data = join(project.root, '..', 'data');
    await mkdir(data);
    for (let file = 0; file < 210; file++) await writeFile(join(data, `${file}.txt`), '1\n');
    await run(project, ['--', 'python3', 'train.py', data]);
    for (let file = 0; file < 210; file++) await writeFile(join(data, `${file}.txt`), '2\n');
    const verdict = await reproduce(project);
    assert.equal(verdict.verdict, 'within-tolerance', JSON.stringify(verdict, null, 1));
    assert.equal(statusOf(verdict, 'data'), 'unknown');
  });

  it('when a declared folder changed, and not when it did not', async () => {
    await using project = await cliProject({ 'train.py': `import json\n${metricLine}\n` });
    const data = join(project.root, '..', 'data');
    await mkdir(data);
    await writeFile(join(data, 'a.txt'), '1\n');
    await run(project, ['--input', data, '--', 'python3', 'train.py']);
    const same = await reproduce(project);
    assert.equal(same.verdict, 'identical', JSON.stringify(same, null, 1));
    await writeFile(join(data, 'a.txt'), '2\n');
    const { document } = await project.json(['reproduce', '@2', '--json']);
    const other = verdictSchema.parse(document);
    assert.equal(other.verdict, 'within-tolerance', JSON.stringify(other, null, 1));
    assert.match(other.caps.join('\n'), /data has changed since/);
  });

  it('when code came from outside the repository', async () => {
    await using project = await cliProject({
      'train.py': `import json, beside\nprint(json.dumps({'step': 0, 'loss': 0.5}))\n`,
    });
    const lib = join(project.root, '..', 'lib');
    await mkdir(lib);
    await writeFile(join(lib, 'beside.py'), 'VALUE = 1\n');
    const env = { PYTHONPATH: lib };
    await run(project, ['--', 'python3', 'train.py'], { env });
    await writeFile(join(lib, 'beside.py'), 'VALUE = 22\n');
    const verdict = await reproduce(project, { env });
    assert.notEqual(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.match(verdict.caps.join('\n'), /beside/);
  });

  it('when two failures have the same exit code and type and other words', async () => {
    await using project = await cliProject({
      'train.py': `
import os, sys
sys.exit('first' if os.environ.get('WHICH') == '1' else 'second')
`,
      'raise.py': `
import os
raise RuntimeError('out of memory' if os.environ.get('WHICH') == '1' else 'shapes differ')
`,
    });
    for (const script of ['train.py', 'raise.py']) {
      await project.lockstep(['run', '--', 'python3', script], { env: { WHICH: '1' } });
      const verdict = await reproduce(project, { env: { WHICH: '2' } });
      assert.notEqual(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    }
  });
});

describe('a reproduction leaves the data of the workspace alone', function () {
  this.timeout(180_000);

  it('when the program writes into a folder that it read', async () => {
    await using project = await cliProject({
      '.gitignore': 'data/\n',
      'train.py': `
import json, os
total = 0
for name in sorted(os.listdir('data')):
    if name.endswith('.txt'):
        total += int(open(os.path.join('data', name)).read())
open('data/cache.json', 'w').write(str(total))
print(json.dumps({'step': 0, 'total': total}))
`,
    });
    const data = join(project.root, 'data');
    await mkdir(data);
    for (let file = 0; file < 2100; file++) await writeFile(join(data, `${file}.txt`), '1\n');
    await run(project, ['--', 'python3', 'train.py']);
    await writeFile(join(data, 'cache.json'), 'precious');
    await reproduce(project).catch(() => undefined);
    assert.equal(await readFile(join(data, 'cache.json'), 'utf8'), 'precious');
  });
});
