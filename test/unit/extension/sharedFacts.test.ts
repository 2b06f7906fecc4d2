import assert from 'node:assert/strict';
import { sharedFact } from '../../../src/extension/sharedFacts.ts';

const shouting = { t: (text: string) => text.toUpperCase() };

describe('what a shared run executes, in the words of the person', () => {
  for (const [name, value, expected] of [
    ['network', 'none', ['NETWORK', 'NONE']],
    ['folder', 'src in a private checkout', ['FOLDER', 'src in a private checkout']],
    [
      'environment',
      'this machine, as you\ninterpreter /usr/bin/python3',
      ['ENVIRONMENT', 'THIS MACHINE, AS YOU\ninterpreter /usr/bin/python3'],
    ],
    ['command', 'none', ['COMMAND', 'none']],
    ['standard input', 'this machine, as you', ['STANDARD INPUT', 'this machine, as you']],
    ['a part of a newer version', 'none', ['a part of a newer version', 'none']],
  ] as const)
    it(`${name}: ${JSON.stringify(value)}`, () => {
      const shown = sharedFact({ name, value }, shouting);
      assert.deepEqual([shown.name, shown.value], expected);
    });
});
