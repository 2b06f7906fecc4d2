import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import { experimentCommand } from '../../../../src/execution/experiments/experimentCommand.ts';
import { experimentSchema } from '../../../../src/execution/experiments/experimentFile.ts';
import { trackingOf } from '../../../../src/execution/experiments/launchTracking.ts';
import { parseExperiments } from '../../../../src/execution/experiments/readExperiments.ts';

describe('lockstep.yaml', () => {
  it('reads experiments with their defaults', () => {
    const file = parseExperiments(
      `
experiments:
  train:
    command: python train.py --lr \${lr}
    params: { lr: 0.1 }
    outputs: [model.json]
    tolerances:
      loss: float32
      "val/*": { rtol: 0.01 }
`,
      'lockstep.yaml',
    );
    assert.deepEqual(file.experiments['train'], {
      command: 'python train.py --lr ${lr}',
      params: { lr: 0.1 },
      inputs: [],
      outputs: ['model.json'],
      tags: [],
      tolerances: { loss: 'float32', 'val/*': { rtol: 0.01, atol: 0 } },
    });
  });

  it('takes an empty file for one without experiments', () => {
    assert.deepEqual(parseExperiments('', 'x').experiments, {});
    assert.deepEqual(parseExperiments('# nothing yet\n', 'x').experiments, {});
  });

  const wrong: [title: string, text: string, place: RegExp][] = [
    ['broken YAML', 'experiments:\n  a: [1\n', /line \d+, column \d+/],
    [
      'an unknown key',
      'experiments:\n  a:\n    comand: x\n    command: y\n',
      /line 3, column 5: experiments\.a/,
    ],
    ['a missing command', 'experiments:\n  a:\n    tags: [x]\n', /line 2, column 3: experiments\.a\.command/],
    [
      'a wrong type',
      'experiments:\n  a:\n    command: y\n    tags: 3\n',
      /line 4, column 5: experiments\.a\.tags/,
    ],
    ['a name like an option', 'experiments:\n  -a:\n    command: y\n', /line 2, column 3/],
    ['a list at the top', '- a\n', /line 1, column 1/],
    ['the same key twice', 'experiments: {}\nexperiments: {}\n', /line 2, column 1/],
    [
      'a pattern that is no regular expression',
      'experiments:\n  a:\n    command: y\n    metrics:\n      patterns:\n        - "x=(?<x>.*)"\n        - "loss=("\n',
      /line 7, column 11: experiments\.a\.metrics\.patterns\.1: not a regular expression with a named group/,
    ],
    [
      'a pattern that names nothing',
      'metrics:\n  patterns: ["loss=(\\\\d+)"]\n',
      /line 2, column 14: metrics\.patterns\.0/,
    ],
    [
      'a format that is not known',
      'metrics:\n  files:\n    - { path: a.txt, format: xml }\n',
      /line 3, column 22/,
    ],
    ['a negative tolerance', 'tolerances:\n  loss: { rtol: -1 }\n', /line 2, column/],
  ];
  for (const [title, text, place] of wrong)
    it(`says where ${title} is`, () => {
      assert.throws(
        () => parseExperiments(text, 'lockstep.yaml'),
        (error: unknown) => {
          assert.ok(error instanceof LockstepError);
          assert.equal(error.kind, 'usage');
          assert.match(error.message, place);
          return true;
        },
      );
    });

  it('never fails with anything but its own error', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          parseExperiments(text, 'x');
        } catch (error) {
          assert.ok(error instanceof LockstepError, String(error));
        }
      }),
    );
  });
});

describe('trackingOf', () => {
  const file = parseExperiments(
    `
metrics:
  files: [{ path: "logs/*.csv" }]
  patterns: ["a=(?<a>.*)", "b=(?<b>.*)"]
experiments:
  train:
    command: y
    metrics: { files: [{ path: logs/own.csv, step: batch, prefix: own }], patterns: ["b=(?<b>.*)"] }
  plain: { command: y }
`,
    'lockstep.yaml',
  );
  const everywhere = { files: [{ path: 'logs/*.csv' }], patterns: ['a=(?<a>.*)', 'b=(?<b>.*)'] };

  it('puts the rules of the experiment before those of the repository', () => {
    assert.deepEqual(trackingOf(file, 'train'), {
      files: [{ path: 'logs/own.csv', step: 'batch', prefix: 'own' }, { path: 'logs/*.csv' }],
      patterns: ['b=(?<b>.*)', 'a=(?<a>.*)'],
    });
  });

  it('gives every other run those of the repository', () => {
    for (const experiment of ['plain', 'gone', 'constructor', undefined])
      assert.deepEqual(trackingOf(file, experiment), everywhere);
    assert.deepEqual(trackingOf(parseExperiments('', 'x'), undefined), { files: [], patterns: [] });
  });
});

describe('experimentCommand', () => {
  const experiment = experimentSchema.parse({
    command: ['python', 'train.py', '--lr=${lr}'],
    params: { lr: 0.1, epochs: 3, fast: true, slow: false, none: null },
  });

  it('replaces named parameters and adds the others', () => {
    assert.deepEqual(experimentCommand('train', experiment, { lr: 0.2, seed: 7 }), [
      'python',
      'train.py',
      '--lr=0.2',
      '--epochs',
      '3',
      '--fast',
      '--seed',
      '7',
    ]);
  });

  it('keeps a value with spaces one word', () => {
    const text = experimentSchema.parse({ command: 'echo ${what}', params: { what: "it's a; b" } });
    assert.deepEqual(experimentCommand('say', text), ['echo', "it's a; b"]);
  });

  it('asks for a parameter without a value', () => {
    const bare = experimentSchema.parse({ command: 'echo ${what}' });
    assert.throws(() => experimentCommand('say', bare), { code: 'parameter-missing', kind: 'usage' });
  });
});
