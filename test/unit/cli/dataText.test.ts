import assert from 'node:assert/strict';
import type { DataStatus, PathStatus } from '../../../src/data/operations/dataStatus.ts';
import type { CheckoutResult } from '../../../src/data/operations/checkoutData.ts';
import { checkoutCode, tellCheckout } from '../../../src/cli/text/dataCheckoutText.ts';
import { dataProgressLine, progressText } from '../../../src/cli/text/dataProgressLine.ts';
import { tellDataDiff } from '../../../src/cli/text/dataDiffText.ts';
import { tellGarbage } from '../../../src/cli/text/dataGarbageText.ts';
import { tellDataStatus } from '../../../src/cli/text/dataStatusText.ts';
import { tellTransfer, transferCode } from '../../../src/cli/text/dataTransferText.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

/** What was printed, standard error marked by `! `. */
function told(body: (terminal: Terminal) => void, liveErr = false): string {
  let text = '';
  body({
    out: part => (text += String(part)),
    err: part => (text += String(part).replace(/^/gm, '! ').replace(/! $/, '')),
    drained: () => Promise.resolve(),
    width: 100,
    tableWidth: 100,
    colour: false,
    paint: (_, part) => part,
    paintErr: (_, part) => part,
    interactive: false,
    liveErr,
  });
  return text;
}

const same = (path: string): string => path;
const pin = (path: string, rest: Partial<PathStatus>): PathStatus => ({
  ...{ path, kind: 'dvc', pinFile: `${path}.dvc`, folder: false, state: 'in-sync' },
  ...rest,
});
const status = (...paths: PathStatus[]): DataStatus => ({
  ...{ paths, problems: [] },
  inSync: paths.every(one => one.state === 'in-sync' || one.notSelected === true),
});

describe('what the data commands tell', () => {
  it('says in one line that all is well', () => {
    assert.equal(
      told(terminal => tellDataStatus(terminal, status(pin('a', { size: 1500 })), same, false)),
      'In sync: 1 pinned path, 1.5 kB.\n',
    );
  });

  it('lists what differs and how to go on', () => {
    const paths = [
      pin('data', {
        ...{ folder: true, state: 'modified', size: 12_000_000 },
        changes: { added: 3, modified: 1, deleted: 0, files: [] },
      }),
      pin('model', { state: 'missing', size: 5, notInCache: { files: 1, bytes: 5 } }),
      pin('left', { state: 'missing', notSelected: true }),
      pin('fine', {}),
    ];
    assert.equal(
      told(terminal => tellDataStatus(terminal, status(...paths), same, false)),
      [
        'Not in sync: 2 of 3 pinned paths.',
        'STATE     PATH      SIZE  WHAT',
        'modified  data   12.0 MB  3 added, 1 modified',
        'missing   model  5 bytes  not in the cache',
        '! lockstep data checkout places what the pins say, and leaves what is saved nowhere else (--force discards it).',
        '! lockstep data commit pins what is here instead.',
        '! lockstep data pull fetches what is missing.',
        '! 1 pinned path not chosen in this clone (lockstep data checkout --all)',
        '',
      ].join('\n'),
    );
  });

  it('names every missing object, and what was left as it is', () => {
    const result: CheckoutResult = {
      ...{ added: ['new'], modified: [], deleted: ['gone'], unchanged: 2, notSelected: 0 },
      placed: { files: 1200, bytes: 3_400_000 },
      kept: [{ path: 'data/mine.txt', output: 'data', what: 'added' }],
      missing: [{ path: 'data/x', object: 'md5:00', size: 12, trouble: 'not-in-cache' }],
      problems: [],
    };
    assert.equal(
      told(terminal => tellCheckout(terminal, result, same)),
      [
        'A  new',
        'D  gone',
        '1,200 files, 3.4 MB placed, 1 path removed, 2 paths in sync already.',
        '! Left as they are, because they are saved nowhere else (--force overwrites them):',
        '!   not pinned   data/mine.txt',
        '! Missing:',
        '!   data/x  md5:00, 12 bytes: not in the cache',
        '! lockstep data pull asks the remote for them.',
        '',
      ].join('\n'),
    );
    assert.equal(checkoutCode(result), 3);
    assert.equal(checkoutCode({ ...result, missing: [] }), 1);
    assert.equal(checkoutCode({ ...result, missing: [], kept: [] }), 0);
  });

  it('says of transfers what went over, and what was there', () => {
    const none = { files: 0, bytes: 0 };
    const done = { moved: none, present: none, replaced: [], missing: [], problems: [] };
    const tell = (result: Parameters<typeof transferCode>[0]): string =>
      told(terminal => tellTransfer(terminal, 'Pushed', result, same));
    assert.equal(tell(done), 'Nothing to push.\n');
    assert.equal(tell({ ...done, present: { files: 1, bytes: 10 } }), 'The remote has it all.\n');
    assert.equal(
      tell({ ...done, moved: { files: 1, bytes: 10 }, present: { files: 2, bytes: 20 } }),
      'Pushed 1 file, 10 bytes. 2 files, 20 bytes the remote had already.\n',
    );
    assert.equal(transferCode({ ...done, problems: [{ path: 'x', what: 'no' }] }), 3);
  });

  it('shows sizes before and after in a diff, and renames with both names', () => {
    const version = (size: number) => ({ object: 'md5:1', size, inCache: true });
    const text = told(terminal =>
      tellDataDiff(
        terminal,
        {
          from: 'HEAD',
          changes: [
            {
              ...{ change: 'modified', path: 'a', folder: true, output: 'a' },
              ...{ from: version(10), to: version(2000) },
            },
            {
              ...{ change: 'renamed', path: 'new', oldPath: 'old', folder: false, output: 'new' },
              ...{ from: version(5), to: version(5) },
            },
          ],
          problems: [],
        },
        same,
      ),
    );
    assert.match(text, /modified {2}a\/ +10 bytes → 2\.0 kB/);
    assert.match(text, /renamed {3}old → new +5 bytes/);
    assert.match(text, /1 folder modified, 1 file renamed\.\n$/);
  });

  it('says of a collection what would go and for whom the rest stays', () => {
    const amount = { files: 2, bytes: 30 };
    const text = told(terminal =>
      tellGarbage(
        terminal,
        {
          ...{ dryRun: true, cache: amount, kept: amount, objects: [], notes: [], problems: [] },
          looked: { commits: 1, worktrees: 1, snapshots: 2, runs: 2 },
        },
        same,
      ),
    );
    assert.match(text, /^Would remove 2 objects, 30 bytes from the cache\.\nKept 2 objects/);
    assert.match(text, /1 commit, 2 snapshots and 2 runs\.\n! Nothing was removed\. lockstep data gc --yes/);
  });
});

describe('the progress line', () => {
  it('says how much of how much, how fast and how long', () => {
    assert.equal(
      progressText(
        {
          ...{ phase: 'fetch', doneFiles: 312, totalFiles: 4000, path: 'data/\u001b[2J' },
          ...{ doneBytes: 1e9, totalBytes: 4e9 },
        },
        1e8,
      ),
      'Fetching 312 of 4,000 files, 1.0 GB of 4.0 GB, 100 MB/s, 30 s left  data/\\x1b[2J',
    );
    assert.equal(progressText({ phase: 'look', doneFiles: 1, doneBytes: 0 }), 'Looking 1 file');
  });

  it('is written where standard error is a terminal, ten times a second at most, and taken away', () => {
    let clock = 0;
    const show = (liveErr: boolean): string =>
      told(terminal => {
        const line = dataProgressLine(terminal, true, () => clock);
        for (const doneFiles of [1, 2, 3]) {
          line.show({ phase: 'look', doneFiles, doneBytes: 0 });
          clock += 60;
        }
        line.clear();
        line.clear();
      }, liveErr);
    assert.equal(show(false), '');
    assert.deepEqual(show(true).match(/\d files?/g), ['1 file', '3 files']);
  });
});
