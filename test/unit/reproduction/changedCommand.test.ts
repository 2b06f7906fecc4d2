import assert from 'node:assert/strict';
import { changedCommand } from '../../../src/reproduction/changedCommand.ts';
import { plan } from '../reproduction/recordedRun.ts';

const recorded = plan({
  argv: ['python', 'train.py', '--lr', '0.1', '--epochs=3', 'model.width=64'],
  parameters: {
    lr: { value: 0.1, source: 'argument', argvIndex: 3 },
    epochs: { value: 3, source: 'argument', argvIndex: 4 },
    'model.width': { value: 64, source: 'argument', argvIndex: 5 },
    depth: { value: 2, source: 'file', path: 'params.yaml' },
    seen: { value: 1, source: 'reported' },
  },
});

describe('changedCommand', () => {
  it('puts values where the old ones stood', () => {
    assert.deepEqual(changedCommand(recorded, { lr: 0.2, epochs: 5, 'model.width': 128 }, {}), [
      'python',
      'train.py',
      '--lr',
      '0.2',
      '--epochs=5',
      'model.width=128',
    ]);
  });

  it('adds what the command did not name, in its own form', () => {
    const added = (argv: string[], argvIndex: number): string[] =>
      changedCommand(
        plan({ argv, parameters: { lr: { value: 0.1, source: 'argument', argvIndex } } }),
        { seed: 7, toString: 'x' },
        {},
      ).slice(argv.length);
    assert.deepEqual(added(['train', '--lr', '0.1'], 2), ['--seed', '7', '--toString', 'x']);
    assert.deepEqual(added(['train', '--lr=0.1'], 1), ['--seed=7', '--toString=x']);
    assert.deepEqual(added(['train', 'lr=0.1'], 1), ['seed=7', 'toString=x']);
    assert.deepEqual(changedCommand(plan({ argv: ['train'] }), { seed: 7 }, {}), ['train', '--seed', '7']);
    assert.deepEqual(changedCommand(recorded, { seen: 3 }, {}).at(-1), 'seen=3');
  });

  it('refuses what a file holds', () => {
    assert.throws(() => changedCommand(recorded, { depth: 3 }, {}), { code: 'parameter-not-in-command' });
  });

  it('takes secrets from the environment, or asks for them', () => {
    const secret = plan({ argv: ['a', '--token=${ENV:HF_TOKEN}', '<secret>'], secretArguments: [1, 2] });
    assert.deepEqual(changedCommand(secret, {}, { HF_TOKEN: 'x', LOCKSTEP_SECRET_2: 'y' }), [
      'a',
      '--token=x',
      'y',
    ]);
    assert.throws(() => changedCommand(secret, {}, { HF_TOKEN: 'x' }), {
      code: 'secret-missing',
      mend: /LOCKSTEP_SECRET_2/,
    });
    const two = plan({ argv: ['a', '--token=<secret>', '--password', '<secret>'], secretArguments: [1, 3] });
    assert.throws(() => changedCommand(two, {}, {}), {
      code: 'secret-missing',
      message: /^The command had 2 secrets that are not recorded: --token=<secret>, --password <secret>\.$/,
      mend: /^Set LOCKSTEP_SECRET_1 and LOCKSTEP_SECRET_3 to them and try again\.$/,
    });
  });

  it('leaves words alone that only look like a replaced secret', () => {
    assert.deepEqual(changedCommand(plan({ argv: ['echo', '${ENV:HOME}'] }), {}, {}), [
      'echo',
      '${ENV:HOME}',
    ]);
  });
});
