import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCommandWords } from '../../../../src/execution/capture/commandWords.ts';

describe('the words of a command', () => {
  // interpreter · script | arguments
  const rows: readonly (readonly [command: string, parts: string])[] = [
    ['python train.py --lr 1', 'python · train.py | --lr 1'],
    ['python3.11 -u -W ignore train.py', 'python3.11 · train.py | '],
    ['/x/.venv/bin/python -m pkg.train lr=1', '/x/.venv/bin/python · pkg.train | lr=1'],
    ['python -c print(1) a', 'python · - | a'],
    ['python - a', 'python · - | a'],
    ['./train --lr 1', '- · ./train | --lr 1'],
    ['bash -e run.sh a=1', '- · run.sh | a=1'],
    ['sh -c train --lr 1', '- · - | '],
    ['uv run --with numpy python train.py --lr 1', 'python · train.py | --lr 1'],
    ['uv run train.py --lr 1', '- · train.py | --lr 1'],
    ['uv run -- pytest -x', '- · pytest | -x'],
    ['poetry run python -m x', 'python · x | '],
    ['conda run -n ml --no-capture-output python t.py', 'python · t.py | '],
    ['torchrun --nproc-per-node 2 train.py --lr 1', '- · train.py | --lr 1'],
    ['torchrun --nproc_per_node=2 -m pkg.train --lr 1', '- · pkg.train | --lr 1'],
    ['python -m torch.distributed.run --nnodes 1 t.py a=1', 'python · t.py | a=1'],
    ['accelerate launch --num_processes 2 t.py --lr 1', '- · t.py | --lr 1'],
    ['mpirun -np 4 python t.py --lr 1', 'python · t.py | --lr 1'],
    ['env A=1 OMP_NUM_THREADS=1 python t.py', 'python · t.py | '],
    ['timeout 10 nice -n 5 python t.py x', 'python · t.py | x'],
    ['python', 'python · - | '],
    ['uv pip install x', '- · - | pip install x'],
  ];
  for (const [command, parts] of rows)
    it(command, () => {
      const argv = command.split(' ');
      const words = readCommandWords(argv);
      const at = (index: number | undefined): string => (index === undefined ? '-' : (argv[index] ?? '?'));
      const text = `${at(words.interpreter)} · ${at(words.script)} | ${argv.slice(words.firstArgument).join(' ')}`;
      assert.equal(text, parts);
    });

  it('stay within the command, whatever it is', () => {
    const word = fc.constantFrom(
      'python',
      '-m',
      'uv',
      'run',
      '--',
      '-c',
      'env',
      'A=1',
      'torchrun',
      'x.py',
      'timeout',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 8 }), argv => {
        const words = readCommandWords(argv);
        assert.ok(words.firstArgument <= argv.length);
        for (const index of [words.interpreter, words.script]) assert.ok((index ?? 0) <= argv.length);
      }),
    );
  });
});
