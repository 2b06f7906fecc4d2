import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  argumentParameters,
  argumentValue,
  captureParameters,
  findSeed,
} from '../../../../src/execution/capture/parameters.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

function said(argv: readonly string[]): string {
  return Object.entries(argumentParameters(argv))
    .map(
      ([name, { value, argvIndex }]) =>
        `${name}=${JSON.stringify(value)}${argvIndex === undefined ? '' : `@${argvIndex}`}`,
    )
    .join(' ');
}

describe('parameters of a command', () => {
  const rows: readonly (readonly [command: string, expected: string])[] = [
    ['python train.py --lr 0.1 --epochs=3', 'lr=0.1@3 epochs=3@4'],
    [
      'python train.py --learning-rate 1e-3 --model-name resnet',
      'learning_rate=0.001@3 model_name="resnet"@5',
    ],
    ['python train.py --shuffle --no-cuda --lr -0.5', 'shuffle=true no_cuda=true lr=-0.5@5'],
    ['python train.py -n 10 -v data/', 'n=10@3 v="data/"@5'],
    [
      'python train.py lr=0.1 +trainer.max_epochs=3 model/encoder=tiny',
      'lr=0.1@2 trainer.max_epochs=3@3 model/encoder="tiny"@4',
    ],
    ['python train.py --layers 64 32 --name a b', 'layers="[64,32]" name="a"@6'],
    ['python -u train.py --flag --x=', 'flag=true x=""@4'],
    ['python train.py -- --lr 1 a=2', 'a=2@5'],
    ['python train.py --lr 1 --lr 2', 'lr=2@5'],
    ['torchrun --nproc_per_node=2 train.py --lr 1', 'lr=1@4'],
    ['python -c --lr=1', ''],
    ['bash -c --lr=1', ''],
    ['python train.py --api-key <secret> --password=hunter2', 'api_key="<secret>"@3 password="<secret>"@4'],
    ['python train.py --__proto__=1 --constructor 2', 'constructor=2@4'],
    ['./train --lr 0.1', 'lr=0.1@2'],
    ['true', ''],
  ];
  for (const [command, expected] of rows) it(command, () => assert.equal(said(command.split(' ')), expected));

  it('are typed like YAML, without losing a digit', () => {
    const values: readonly (readonly [text: string, value: unknown])[] = [
      ['0.1', 0.1],
      ['1e-4', 0.0001],
      ['.5', 0.5],
      ['-3', -3],
      ['True', true],
      ['false', false],
      ['null', null],
      ['None', 'None'],
      ['007', '007'],
      ['12345678901234567890', '12345678901234567890'],
      ['1e999', '1e999'],
      ['nan', 'nan'],
      ['1.2.3', '1.2.3'],
      ['', ''],
    ];
    for (const [text, value] of values) assert.deepEqual(argumentValue(text), value, text);
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        x => Object.is(Number(argumentValue(String(x))), x) || x === 0,
      ),
    );
  });

  it('point to the word that holds the value', () => {
    const word = fc.constantFrom('--lr', '0.1', 'a=b', '-x', '--k=v', 'text', '--', '-1', '');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), words => {
        const argv = ['python', 'train.py', ...words];
        for (const { value, argvIndex } of Object.values(argumentParameters(argv)))
          if (argvIndex !== undefined)
            assert.deepEqual(argumentValue((argv[argvIndex] ?? '').replace(/^[^=]*=/, '')), value);
      }),
    );
  });
});

describe('parameters of params.yaml', () => {
  it('come from the folder of the command, else from the root; arguments win', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    const cwd = join(root, 'sub');
    await mkdir(cwd);
    await writeFile(
      join(root, 'params.yaml'),
      'lr: 0.5\nopt:\n  name: adam\n  betas: [0.9, 0.99]\nhub_token: abc\nbad: .nan\n',
    );
    assert.deepEqual(await captureParameters({ argv: ['python', 'train.py', '--lr', '1'], cwd, root }), {
      lr: { value: 1, source: 'argument', argvIndex: 3 },
      'opt.name': { value: 'adam', source: 'file', path: 'params.yaml' },
      'opt.betas': { value: '[0.9,0.99]', source: 'file', path: 'params.yaml' },
      hub_token: { value: '<secret>', source: 'file', path: 'params.yaml' },
      bad: { value: 'NaN', source: 'file', path: 'params.yaml' },
    });
    await writeFile(join(cwd, 'params.yaml'), 'lr: 2\n');
    assert.deepEqual(await captureParameters({ argv: ['x'], cwd, root }), {
      lr: { value: 2, source: 'file', path: 'sub/params.yaml' },
    });
  });

  it('are none when the file is broken', async () => {
    await using folder = await temporaryFolder();
    for (const content of ['a: [', '- 1', 'text', '', '&a [*a]', '\u0000'])
      await writeFile(join(folder.path, 'params.yaml'), content).then(async () =>
        assert.deepEqual(await captureParameters({ argv: ['x'], cwd: folder.path, root: folder.path }), {}),
      );
  });
});

describe('the seed', () => {
  const of = (...names: string[]): unknown =>
    findSeed(Object.fromEntries(names.map((name, index) => [name, { value: index, source: 'argument' }])));

  it('is the parameter named so', () => {
    assert.deepEqual(of('lr', 'trainer.seed', 'seed'), { known: 'captured', value: 2 });
    assert.deepEqual(of('random_seed'), { known: 'captured', value: 0 });
    assert.deepEqual(of('a', 'split.random_state'), { known: 'captured', value: 1 });
    assert.equal(
      JSON.stringify(of('seeds_per_row', 'birdseed')),
      '{"known":"unknown","reason":"no parameter is named seed"}',
    );
  });
});
