import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { filesHolding, hiddenValues, hideValues } from '../../../../src/execution/capture/hiddenValues.ts';
import { redactArguments } from '../../../../src/execution/capture/secrets.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const valuesOf = (argv: string[], variables: Record<string, string> = {}): string[] | undefined => {
  const { redacted, secretArguments } = redactArguments(argv, variables);
  return hiddenValues(argv, redacted, secretArguments);
};

describe('the values that a plan hides', () => {
  const table: [string, string[], string[]][] = [
    ['none', ['python', 'train.py', '--lr', '0.1'], []],
    ['a word of its own', ['train.py', '--api-key', 'zz-9f8e7d6c'], ['zz-9f8e7d6c']],
    ['after a sign', ['train.py', '--password=hunter22'], ['hunter22']],
    ['one that a variable holds', ['train.py', '--token', 'in a variable'], ['in a variable']],
    [
      'a login in a URL, and its password',
      ['--db=postgres://me:s3cret.pw@host/x'],
      ['me:s3cret.pw', 's3cret.pw'],
    ],
    [
      'several in the text of a shell command',
      ['sh', '-c', 'TOKEN=abc123 run --password "x (y)" && next'],
      ['abc123', '"x (y)"'],
    ],
  ];
  for (const [name, argv, expected] of table)
    it(name, () => assert.deepEqual(valuesOf(argv, { VALUE: 'in a variable' }), expected));

  it('are not known to who has only the recorded words', () => {
    const { redacted, secretArguments } = redactArguments(['train.py', '--password', 'hunter22'], {});
    assert.equal(hiddenValues(redacted, redacted, secretArguments), undefined);
  });

  it('are hidden wherever they stand, quoted by JSON and in a URL, too; short ones as words', () => {
    const texts: [string, string[], string][] = [
      ["error: unrecognized arguments: 'zz-9f'", ['zz-9f'], "error: unrecognized arguments: '<secret>'"],
      ['{"key": "a\\"b+c d"} a%22b%2Bc%20d', ['a"b+c d'], '{"key": "<secret>"} <secret>'],
      ['abc in abcdef', ['abc'], '<secret> in abcdef'],
      ['nothing', [], 'nothing'],
    ];
    for (const [text, values, expected] of texts) assert.equal(hideValues(text, values), expected);
    const values = fc.string({ minLength: 6 }).filter(value => !/[<>]|^secret$/.test(value));
    fc.assert(
      fc.property(fc.string(), values, fc.string(), (before, value, after) => {
        assert.ok(!hideValues(before + value + after, [value]).includes(value));
      }),
    );
  });

  it('are found in files, across what is read at a time', async () => {
    await using folder = await temporaryFolder('lockstep hidden');
    const value = 'pässword (1)';
    const write = (name: string, content: string): Promise<void> =>
      writeFile(join(folder.path, name), content);
    await mkdir(join(folder.path, 'artifacts'));
    await write('stdout.log', `${'x'.repeat(1024 * 1024 - 5)}${value}\n`);
    await write('stderr.log', 'x'.repeat(3 * 1024 * 1024));
    await write('artifacts/args.json', JSON.stringify({ value }));
    assert.deepEqual(await filesHolding(folder.path, [value]), ['artifacts/args.json', 'stdout.log']);
    assert.deepEqual(await filesHolding(folder.path, []), []);
  });
});
