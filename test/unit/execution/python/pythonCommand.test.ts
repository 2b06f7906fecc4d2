import assert from 'node:assert/strict';
import { pythonCommand } from '../../../../src/execution/python/pythonCommand.ts';

const python = { folder: '/c/env', interpreter: '/c/env/bin/python' };

function argvOf(argv: string): string {
  return pythonCommand({
    ...{ argv: argv.split(' '), cwd: '/p', python, instead: ['/p/.venv'] },
    variables: { PATH: '/usr/bin' },
  }).argv.join(' ');
}

describe('a command in a managed environment', () => {
  const table: readonly (readonly [string, string])[] = [
    ['python train.py --lr 0.1', '/c/env/bin/python train.py --lr 0.1'],
    ['/usr/bin/python3.11 -m pkg', '/c/env/bin/python -m pkg'],
    ['.venv/bin/python train.py', '/c/env/bin/python train.py'],
    ['/p/.venv/bin/torchrun --nproc-per-node 2 train.py', '/c/env/bin/torchrun --nproc-per-node 2 train.py'],
    ['.venv/bin/torchrun train.py', '/c/env/bin/torchrun train.py'],
    ['torchrun train.py', 'torchrun train.py'],
    ['nice -n 5 python train.py', 'nice -n 5 /c/env/bin/python train.py'],
    ['uv run train.py --lr 1', '/c/env/bin/python train.py --lr 1'],
    ['uv run --with x python -m pkg', '/c/env/bin/python -m pkg'],
    ['uv run torchrun train.py', 'torchrun train.py'],
    ['poetry run python train.py', '/c/env/bin/python train.py'],
    ['conda run -n base python train.py', '/c/env/bin/python train.py'],
    ['bash run.sh --env /p/.venv/share/x', 'bash run.sh --env /c/env/share/x'],
    ['./train.sh', './train.sh'],
    ['train --out /p/.venvs/x', 'train --out /p/.venvs/x'],
  ];
  for (const [argv, wanted] of table) it(argv, () => assert.equal(argvOf(argv), wanted));

  it('finds programs of that environment first, and none of the one it stands in for', () => {
    const { variables } = pythonCommand({
      ...{ argv: ['python'], cwd: '/p', instead: ['/p/.venv'] },
      python: { ...python, folders: ['/p/src'] },
      variables: { PATH: '/p/.venv/bin:/usr/bin:/c/env/bin', PYTHONPATH: '/lib:/p/src' },
    });
    assert.deepEqual(
      [variables['PATH'], variables['VIRTUAL_ENV'], variables['PYTHONPATH'], 'PYTHONHOME' in variables],
      ['/c/env/bin:/usr/bin', '/c/env', '/p/src:/lib', true],
    );
  });
});
