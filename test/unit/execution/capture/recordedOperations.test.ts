import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordedOperations } from '../../../../src/execution/capture/recordedOperations.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const operation = '{"n":"aten::mm","h":["03bbac790b66a631"],"f":"train.py","l":6}\n';

const cases: readonly (readonly [what: string, text: string | undefined, says: RegExp | undefined])[] = [
  ['no file', undefined, /^No operations were recorded: .* computed anything with PyTorch\.$/],
  [
    'a PyTorch that cannot',
    '{"problem":"PyTorch 2.9.1 has no recording of operations, 2.10 and newer have one"}\n',
    /^Not all operations were recorded: PyTorch 2\.9\.1 has no recording/,
  ],
  [
    'more than are recorded',
    `${operation}{"problem":"there are more operations than are recorded"}\n{"end":{"operations":1,"seconds":0,"of":1}}\n`,
    /^Not all operations were recorded: there are more/,
  ],
  [
    'a recording',
    `${operation}{"end":{"operations":2636,"seconds":0.561,"of":19.63}}\n`,
    /^Recording what 2636 operations computed took 0\.6 s of 20 s\.$/,
  ],
  [
    'a long one',
    operation.repeat(3000) + '{"end":{"operations":3000,"seconds":12,"of":19}}\n',
    /^Recording what 3000 .* 12 s of 19 s\.$/,
  ],
  ['a program that was killed', operation + '{"n":"aten::mm","h', undefined],
  ['an empty file', '', undefined],
  ['what is no recording', 'null\n[]\n{"end":3}\n{"end":{"operations":"x"}}\n', undefined],
];

describe('what is said of recorded operations', () => {
  it('is what it took, or why there are none', async () => {
    await using folder = await temporaryFolder('operations of a run');
    const path = join(folder.path, 'operations.jsonl');
    for (const [what, text, says] of cases) {
      if (text !== undefined) await writeFile(path, text);
      const told = await recordedOperations(text === undefined ? join(folder.path, 'none') : path);
      if (says === undefined) assert.equal(told, undefined, what);
      else assert.match(told ?? '', says, what);
    }
  });
});
