/** The runner's totals are what everyone believes: a suite that crashes, hangs, forgets or does nothing must not pass. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSuite } from '../../../scripts/suites/runSuite.ts';
import type { Totals } from '../../../scripts/suites/suiteReport.ts';
import type { Suite } from '../../../scripts/suites/suiteTable.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const body = (lines: string): string => `describe('inner', () => {\n${lines}\n});\n`;

const cases: readonly { name: string; source: string; totals: Totals; says: RegExp; timeoutMs?: number }[] = [
  {
    name: 'counts what passes, fails and is skipped',
    source: body(
      `it('a', () => {}); it('b', () => { throw new Error('bad luck'); }); it.skip('c', () => {});`,
    ),
    totals: { passed: 1, failed: 1, skipped: 1 },
    says: /failed: inner b[^]*skipped: inner c/,
  },
  {
    name: 'takes a crash for a failure and keeps what ran before',
    source: body(`it('a', () => {}); it('b', () => { process.exit(0); });`),
    totals: { passed: 1, failed: 1, skipped: 0 },
    says: /it crashed/,
  },
  {
    name: 'takes a suite without tests for a failure',
    source: '',
    totals: { passed: 0, failed: 1, skipped: 0 },
    says: /it ran no test/,
  },
  {
    name: 'ends a suite that hangs',
    source: body(`it('a', () => {}); it('b', () => { for (;;); });`),
    totals: { passed: 1, failed: 1, skipped: 0 },
    says: /did not end within/,
    timeoutMs: 12_000,
  },
  {
    name: 'counts a failed hook',
    source: body(`before(() => { throw new Error('no'); }); it('a', () => {});`),
    totals: { passed: 0, failed: 1, skipped: 0 },
    says: /before all/,
  },
  {
    name: 'gives tests no variable of the developer',
    source: body(`it('a', () => { if (process.env.LOCKSTEP_SECRET_OF_MINE) throw new Error('seen'); });`),
    totals: { passed: 1, failed: 0, skipped: 0 },
    says: /^$/,
  },
];

describe('runSuite', function () {
  this.timeout(120_000);

  for (const { name, source, totals, says, timeoutMs } of cases) {
    it(name, async () => {
      process.env['LOCKSTEP_SECRET_OF_MINE'] = '1';
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, 'inner.test.ts'), source);
      const { seen, result } = await run(join(folder.path, '*.test.ts'), timeoutMs);
      assert.deepEqual(result, totals, seen);
      assert.match(seen, says);
    });
  }

  it('finds and ends a process that a test forgot', async function () {
    if (process.platform !== 'linux') this.skip();
    await using folder = await temporaryFolder();
    await writeFile(
      join(folder.path, 'inner.test.ts'),
      `import { spawn } from 'node:child_process'; import { tmpdir } from 'node:os';
       ${body(`it('a', () => { spawn('sleep', ['60'], { cwd: tmpdir(), detached: true, stdio: 'ignore' }).unref(); });`)}`,
    );
    const { seen, result } = await run(join(folder.path, '*.test.ts'));
    assert.deepEqual(result, { passed: 1, failed: 1, skipped: 0 }, seen);
    const pid = Number(/left process (\d+) running: sleep 60/.exec(seen)?.[1]);
    await waitFor('the forgotten process to end', () => !isAlive(pid));
  });

  it('calls no process forgotten that is just ending', async () => {
    await using folder = await temporaryFolder();
    await writeFile(
      join(folder.path, 'inner.test.ts'),
      `import { spawn } from 'node:child_process'; import { tmpdir } from 'node:os';
       ${body(`it('a', () => { spawn('sleep', ['1'], { cwd: tmpdir(), detached: true, stdio: 'ignore' }).unref(); });`)}`,
    );
    const { seen, result } = await run(join(folder.path, '*.test.ts'));
    assert.deepEqual(result, { passed: 1, failed: 0, skipped: 0 }, seen);
  });

  it('stops when it is told to', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'inner.test.ts'), body(`it('a', () => { for (;;); });`));
    const cancel = new AbortController();
    const running = run(join(folder.path, '*.test.ts'), 60_000, cancel.signal);
    cancel.abort(new Error('enough'));
    await assert.rejects(running, /enough/);
  });
});

/** A process that has ended may stay in the table as a zombie when nobody asks for it. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

async function run(
  files: string,
  suiteTimeoutMs = 30_000,
  signal = new AbortController().signal,
): Promise<{ seen: string; result: Totals }> {
  const lines: string[] = [];
  const suite: Suite = {
    name: 'inner',
    files,
    needs: [],
    testTimeoutMs: 20_000,
    suiteTimeoutMs,
    inEditor: false,
  };
  const result = await runSuite(suite, { signal, say: line => lines.push(line) });
  return { seen: lines.join('\n'), result };
}
