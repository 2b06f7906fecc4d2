import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { cleanLog, readLogWindow } from '../../../src/extension/worker/logWindow.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('cleanLog', () => {
  const table: [title: string, raw: string, cleaned: string][] = [
    ['keeps plain text', 'epoch 1\nepoch 2\n', 'epoch 1\nepoch 2\n'],
    ['takes colours out', '\u001b[1;31mred\u001b[0m text\n', 'red text\n'],
    ['takes titles and links out', '\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b\n', 'ab\n'],
    ['shows the last state of a progress bar', '10%\r50%\r100%\ndone\n', '100%\ndone\n'],
    ['keeps Windows lines', 'a\r\nb\r\n', 'a\nb\n'],
    ['keeps a bar that stands at the line start', '10%\r50%\r', '50%'],
    ['marks binary output', 'a\u0000b\n', 'a\ufffdb\n'],
  ];
  for (const [title, raw, cleaned] of table) it(title, () => assert.equal(cleanLog(raw), cleaned));

  it('never leaves a control character but tab and newline', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), raw => {
        // eslint-disable-next-line no-control-regex -- control characters are the subject
        assert.doesNotMatch(cleanLog(raw), /[\u0000-\u0008\u000b-\u001f]/);
      }),
    );
  });
});

describe('readLogWindow', () => {
  it('reads a whole small log, standard error under a heading', async () => {
    await using folder = await temporaryFolder();
    const [stdout, stderr] = [join(folder.path, 'stdout.log'), join(folder.path, 'stderr.log')];
    await writeFile(stdout, 'loss 1');
    await writeFile(stderr, 'warning\n');
    assert.deepEqual(await readLogWindow(stdout, stderr, 1000, '-- err --'), {
      text: 'loss 1\n-- err --\nwarning\n',
      earlierBytes: 0,
      size: 14,
    });
  });

  it('cuts a large log at a line start and says how much comes before', async () => {
    await using folder = await temporaryFolder();
    const stdout = join(folder.path, 'stdout.log');
    await writeFile(stdout, 'first\nsecond\nthird\n');
    const window = await readLogWindow(stdout, join(folder.path, 'none'), 9, '');
    assert.deepEqual(window, { text: 'third\n', earlierBytes: 13, size: 19 });
  });

  it('cuts one giant line between characters', async () => {
    await using folder = await temporaryFolder();
    const stdout = join(folder.path, 'stdout.log');
    await writeFile(stdout, 'é'.repeat(100));
    const window = await readLogWindow(stdout, join(folder.path, 'none'), 9, '');
    assert.equal(window.text, 'é'.repeat(4));
  });

  it('takes missing files for empty ones', async () => {
    assert.deepEqual(await readLogWindow('/nowhere/a', '/nowhere/b', 9, ''), {
      text: '',
      earlierBytes: 0,
      size: 0,
    });
  });
});
