import assert from 'node:assert/strict';
import { editedCode, editedCodeLines } from '../../../src/runs/editedCode.ts';
import { leftCaps, leftLine } from '../../../src/runs/leftProcesses.ts';

describe('what a result says', () => {
  const left: readonly [Parameters<typeof leftLine>[0], line: string | undefined, caps: readonly string[]][] =
    [
      [undefined, undefined, []],
      [{ detachedProcesses: 0 }, undefined, []],
      [{ detachedProcesses: 1, detachedNames: ['wandb-core'] }, undefined, []],
      [{ detachedProcesses: 2, detachedNames: ['wandb-symon', 'gpu_stats'] }, undefined, []],
      [
        { detachedProcesses: 1 },
        '1 process that it started is still running: what it writes now is not recorded',
        ['it left a process behind, which may still write'],
      ],
      [
        { detachedProcesses: 3, detachedNames: ['python3', 'python3', 'wandb-core'] },
        '2 processes that it started are still running (python3): what they write now is not recorded',
        ['it left 2 processes behind (python3), which may still write'],
      ],
    ];
  for (const [result, line, caps] of left)
    it(`of processes left behind: ${line ?? 'nothing'}`, () => {
      assert.equal(leftLine(result), line);
      assert.deepEqual(leftCaps(result, 'it'), caps);
    });

  const edited: readonly [Parameters<typeof editedCode>[0], lines: readonly string[]][] = [
    [undefined, []],
    [{ codeChangedFiles: ['a.py'], changedAfterUse: ['a.py'] }, []],
    [
      { codeChangedFiles: ['a.py', 'b.py', 'c.py'], changedBeforeUse: ['a.py'], changedAfterUse: ['c.py'] },
      [
        'a.py was changed while it ran, before it was read',
        'b.py was changed while it ran; whether it read it before that is not known',
      ],
    ],
    [
      { codeChangedFiles: ['a', 'b', 'c', 'd'] },
      ['a, b, c and 1 more were changed while it ran; whether it read them before that is not known'],
    ],
  ];
  for (const [result, lines] of edited)
    it(`of code that was edited: ${lines.join(' ') || 'nothing'}`, () =>
      assert.deepEqual(editedCodeLines(editedCode(result)), lines));
});
