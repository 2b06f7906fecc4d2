import assert from 'node:assert/strict';
import fc from 'fast-check';
import { operationSentence } from '../../../../src/reproduction/cause/causeSentences.ts';
import { compareOperations } from '../../../../src/reproduction/cause/operations/compareOperations.ts';
import { parseOperations } from '../../../../src/reproduction/cause/operations/parseOperations.ts';
import { mutated } from '../../../helpers/mutatedText.ts';

/** As PyTorch 2.10 recorded it. */
const recording = `{"n":"aten::randn","h":["03bbac790b66a631"],"f":"/work/a b/train.py","l":6}
{"n":"aten::mul.Tensor","h":["c06c6b0bc6efa6c7",null],"f":"/work/a b/train.py","l":14}
{"n":"aten::native_dropout","h":["ef192df4c44ff06b","0000000000000000"],"s":3}
{"problem":"there are more operations than are recorded"}
`;

describe('recorded operations', () => {
  it('are read as they were written', () => {
    assert.deepEqual(parseOperations(recording), {
      operations: [
        { name: 'aten::randn', hashes: ['03bbac790b66a631'], file: '/work/a b/train.py', line: 6 },
        {
          name: 'aten::mul.Tensor',
          hashes: ['c06c6b0bc6efa6c7', null],
          file: '/work/a b/train.py',
          line: 14,
        },
        { name: 'aten::native_dropout', hashes: ['ef192df4c44ff06b', '0000000000000000'], steps: 3 },
      ],
      problems: ['there are more operations than are recorded'],
    });
  });

  it('leave out a torn tail and lines that are none', () => {
    const foreign =
      '\n{}\n[]\nnull\n{"n":"x"}\n{"n":"x","h":["zz"]}\n{"n":1,"h":[]}\n{"n":"x","h":[],"l":-1}\n{"n":"to';
    assert.deepEqual(parseOperations(foreign), { operations: [{ name: 'x', hashes: [] }], problems: [] });
  });

  it('are compared by name and hash, and the first that differs is named where it stands', () => {
    const { operations } = parseOperations(recording);
    const changed = recording.replace('c06c6b', 'c06c6c').replaceAll('/work/a b/', '/checkout/');
    const other = parseOperations(changed).operations;
    assert.deepEqual(compareOperations(operations, other, ['/checkout']), {
      name: 'aten::mul.Tensor',
      file: 'train.py',
      line: 14,
      afterSteps: 0,
      index: 1,
    });
    assert.equal(compareOperations(operations, operations.slice(0, 2), []), undefined);
    assert.equal(compareOperations([], other, []), undefined);
    assert.equal(compareOperations(operations, other.slice(1), [])?.index, 0);
  });

  it('say what was computed instead, and after how many steps of the optimizer', () => {
    const line = (name: string, steps: number): string => JSON.stringify({ n: name, h: [], s: steps }) + '\n';
    const before = parseOperations(line('aten::mm', 0) + line('aten::gelu', 1)).operations;
    const after = parseOperations(line('aten::mm', 0) + line('aten::relu', 1)).operations;
    const found = compareOperations(before, after, []);
    assert.deepEqual(found, { name: 'aten::relu', instead: 'aten::gelu', afterSteps: 1, index: 1 });
    const sentence = 'The first operation that computes something else is aten::relu instead of aten::gelu';
    assert.equal(operationSentence(found), `${sentence}, after 1 step of the optimizer.`);
    const early = { name: 'aten::mm', file: 'a.py', line: 3, afterSteps: 0, index: 0 };
    assert.match(
      operationSentence(early),
      / aten::mm \(a\.py:3\), before the first step of the optimizer\.$/,
    );
    assert.match(operationSentence({ name: 'aten::mm', afterSteps: 7, index: 0 }), /, after 7 steps of /);
  });

  it('are read whatever a file holds', () => {
    fc.assert(
      fc.property(mutated([recording]), text => {
        const { operations, problems } = parseOperations(text);
        assert.ok(operations.length <= text.split('\n').length && problems.length <= 20);
        for (const { name, hashes } of operations)
          assert.ok(name.length <= 1000 && hashes.every(hash => hash === null || hash.length === 16));
        assert.equal(compareOperations(operations, operations, ['/work']), undefined);
      }),
    );
  });
});
