import assert from 'node:assert/strict';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { formatCommand, runCommand } from '../../../src/base/runCommand.ts';

const node = process.execPath;
const script = (code: string): string[] => ['-e', code];

describe('runCommand', () => {
  it('gives exit code, output bytes and errors as they were', async () => {
    const outcome = await runCommand({
      program: node,
      args: script('process.stdout.write(Buffer.from([0,255])); console.error("why"); process.exitCode = 3'),
    });
    assert.equal(outcome.exitCode, 3);
    assert.deepEqual([...outcome.stdout], [0, 255]);
    assert.equal(outcome.stderr, 'why\n');
  });

  it('hands over input, and survives a program that does not read it', async () => {
    const echoed = await runCommand({
      program: node,
      args: script('process.stdin.pipe(process.stdout)'),
      input: 'abc',
    });
    assert.equal(echoed.stdout.toString(), 'abc');
    const deaf = await runCommand({
      program: node,
      args: script('process.stdin.destroy()'),
      input: Buffer.alloc(1 << 20),
    });
    assert.equal(deaf.exitCode, 0);
  });

  it('names the signal that ended a program', async () => {
    const outcome = await runCommand({
      program: node,
      args: script('process.kill(process.pid, "SIGTERM"); setInterval(() => 0, 1e6)'),
    });
    assert.equal(outcome.exitCode, null);
    assert.equal(outcome.signal, 'SIGTERM');
  });

  it('says what is missing and what to do', async () => {
    await assert.rejects(runCommand({ program: 'no-such-program-here', args: [] }), {
      name: 'LockstepError',
      code: 'program-not-started',
      mend: 'Install no-such-program-here, or put it on PATH.',
    });
  });

  const endless = script('setInterval(() => 0, 1e6)');

  it('ends a program that outlives its time', async () => {
    await assert.rejects(runCommand({ program: node, args: endless, timeoutMs: 50 }), {
      code: 'program-timed-out',
    });
  });

  it('ends a program when the caller aborts, with the reason given', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const running = runCommand({ program: node, args: endless, signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(running, error => error === reason);
    await assert.rejects(
      runCommand({ program: node, args: endless, signal: controller.signal }),
      error => error === reason,
    );
  });

  it('ends a program that prints without end', async () => {
    const flood = script('const b = Buffer.alloc(65536); const f = () => process.stdout.write(b, f); f()');
    await assert.rejects(runCommand({ program: node, args: flood, maxOutputBytes: 1 << 20 }), {
      code: 'program-output-too-large',
    });
  });
});

describe('formatCommand', () => {
  it('leaves plain words alone', () => {
    assert.equal(formatCommand('python', ['train.py', '--lr=0.1']), 'python train.py --lr=0.1');
  });

  it('quotes so that a POSIX shell reads back the same words', function () {
    if (process.platform === 'win32') this.skip();
    const word = fc.string({ unit: 'grapheme', maxLength: 20 }).filter(text => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), words => {
        const line = formatCommand('printf', ['%s\\0', ...words, 'end']);
        const read = execFileSync('sh', ['-c', line]).toString('utf8').split('\0').slice(0, -1);
        assert.deepEqual(read, [...words, 'end']);
      }),
      { numRuns: 50 },
    );
  });
});
