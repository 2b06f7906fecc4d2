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
  const both = (folder: string) => ({
    stdout: join(folder, 'stdout.log'),
    stderr: join(folder, 'stderr.log'),
  });

  it('reads a whole small log', async () => {
    await using folder = await temporaryFolder();
    await writeFile(both(folder.path).stdout, 'loss 1');
    await writeFile(both(folder.path).stderr, 'warning\n');
    assert.deepEqual(await readLogWindow(both(folder.path), 1000), {
      stdout: 'loss 1',
      stderr: 'warning\n',
      start: { stdout: 0, stderr: 0 },
      size: 14,
    });
  });

  it('cuts a large log at a line start and says where it starts', async () => {
    await using folder = await temporaryFolder();
    await writeFile(both(folder.path).stdout, 'first\nsecond\nthird\n');
    const { stdout, start, size } = await readLogWindow(both(folder.path), 9);
    assert.deepEqual([stdout, start.stdout, size], ['third\n', 13, 19]);
  });

  it('keeps its start while the log grows, until twice the size', async () => {
    await using folder = await temporaryFolder();
    const paths = both(folder.path);
    await writeFile(paths.stdout, 'first\nsecond\nthird\n');
    const { start } = await readLogWindow(paths, 9);
    await writeFile(paths.stdout, 'first\nsecond\nthird\nfourth\n');
    const grown = await readLogWindow(paths, 9, start);
    assert.deepEqual([grown.stdout, grown.start.stdout], ['third\nfourth\n', 13]);
    await writeFile(paths.stdout, 'first\nsecond\nthird\nfourth\nfifth\nsixth\n');
    const moved = await readLogWindow(paths, 9, start);
    assert.deepEqual([moved.stdout, moved.start.stdout], ['sixth\n', 32]);
  });

  it('cuts one giant line between characters', async () => {
    await using folder = await temporaryFolder();
    await writeFile(both(folder.path).stdout, 'é'.repeat(100));
    assert.equal((await readLogWindow(both(folder.path), 9)).stdout, 'é'.repeat(4));
  });

  it('takes missing files for empty ones', async () => {
    const window = await readLogWindow(both('/nowhere'), 9);
    assert.deepEqual(window, { stdout: '', stderr: '', start: { stdout: 0, stderr: 0 }, size: 0 });
  });
});
