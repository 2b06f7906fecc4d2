import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hiddenSecret, hideSecrets, stripCredentials } from '../../../../src/base/secretText.ts';
import { redactArguments } from '../../../../src/execution/capture/secrets.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const hf = `hf_${'aB3'.repeat(11)}`;
const github = `ghp_${'aB3'.repeat(12)}`;
const openai = `sk-proj-${'x9'.repeat(20)}`;
const aws = `AKIA${'ABCD'.repeat(4)}`;

describe('secrets in a command', () => {
  const rows: readonly (readonly [command: string, shown: string, indexes: readonly number[]])[] = [
    ['python train.py --lr 0.1', 'python train.py --lr 0.1', []],
    ['train --hub-token abcdefgh --lr 1', 'train --hub-token <secret> --lr 1', [2]],
    ['train --api_key=abc', 'train --api_key=<secret>', [1]],
    ['train --password hunter2', 'train --password <secret>', [2]],
    ['train trainer.wandb_key=abc', 'train trainer.wandb_key=<secret>', [1]],
    ['train WANDB_API_KEY=abc', 'train WANDB_API_KEY=<secret>', [1]],
    ['train --hubToken abcdefgh', 'train --hubToken <secret>', [2]],
    ['train --token $HF_TOKEN', 'train --token $HF_TOKEN', []],
    ['train --use-auth-token --lr 1', 'train --use-auth-token --lr 1', []],
    ['train --use_auth_token True', 'train --use_auth_token True', []],
    ['train --max-tokens 512 --pad-token <pad>', 'train --max-tokens 512 --pad-token <pad>', []],
    ['train --tokenizer bert --key-size 3', 'train --tokenizer bert --key-size 3', []],
    [`train ${hf}`, 'train <secret>', [1]],
    [`train --model x:${github}`, 'train --model x:<secret>', [2]],
    [`curl -H Authorization:Bearer\u00a0x`, `curl -H Authorization:Bearer\u00a0<secret>`, [2]],
    ['train --db postgres://me:pw@host/db', 'train --db postgres://<secret>@host/db', [2]],
    ['git clone ssh://git@host/x.git', 'git clone ssh://git@host/x.git', []],
    [`git clone https://${github}@github.com/x`, 'git clone https://<secret>@github.com/x', [2]],
    ['get https://h/x?sig=abc&a=1', 'get https://h/x?sig=<secret>&a=1', [1]],
    [`train ${openai} ${aws}`, 'train <secret> <secret>', [1, 2]],
    ['train --key a8Fh3kLm29PqRsT0 --sort-key loss', 'train --key <secret> --sort-key loss', [2]],
    ['get https://me:p@ss@host/x', 'get https://<secret>@host/x', [1]],
    ['sk-learn-demo --seed 1', 'sk-learn-demo --seed 1', []],
    ['t --name sk-learn-baseline-2024-experiment', 't --name sk-learn-baseline-2024-experiment', []],
    ['t sk-resnet50_v2-20241123-final', 't sk-resnet50_v2-20241123-final', []],
    [`t sk-abcdefghijklmnopqrst`, 't <secret>', [1]],
    [`t sk-ant-api03-${'xY9_'.repeat(20)}`, 't <secret>', [1]],
    [`t sk-or-v1-${'0a1b2c3d'.repeat(8)}`, 't <secret>', [1]],
    ['t token=bpe --token char', 't token=bpe --token char', []],
    ['t --token=correcthorse --token q8Zr2L', 't --token=<secret> --token <secret>', [1, 3]],
    ['t --hub-token bpe TOKEN=bpe', 't --hub-token <secret> TOKEN=<secret>', [2, 3]],
  ];
  for (const [command, shown, indexes] of rows)
    it(command.slice(0, 60), () => {
      const { redacted, secretArguments } = redactArguments(command.split(' '));
      assert.equal(redacted.join(' '), shown);
      assert.deepEqual(secretArguments, indexes);
    });

  it('are named after the variable that holds them, so that a rerun finds them again', () => {
    const variables = { HF_TOKEN: hf, OTHER: 'x' };
    assert.deepEqual(redactArguments(['train', '--token', hf, `--hub_token=${hf}`, hf], variables).redacted, [
      ...['train', '--token', '${ENV:HF_TOKEN}', '--hub_token=${ENV:HF_TOKEN}', '${ENV:HF_TOKEN}'],
    ]);
  });

  it('are hidden inside the text of a shell command, too', () => {
    const rows: readonly (readonly [text: string, shown: string])[] = [
      ['export HF_TOKEN=abc; python t.py', 'export HF_TOKEN=<secret>; python t.py'],
      ['python t.py --api-key "a b" --lr 1', 'python t.py --api-key <secret> --lr 1'],
      ['HF_TOKEN=abc python t.py', 'HF_TOKEN=<secret> python t.py'],
      ['python t.py --token $HF_TOKEN --lr=1', 'python t.py --token $HF_TOKEN --lr=1'],
      ['python t.py --verbose --password=x', 'python t.py --verbose --password=<secret>'],
    ];
    for (const [text, shown] of rows)
      assert.deepEqual(redactArguments(['sh', '-c', text]).redacted, ['sh', '-c', shown]);
  });

  it('keep the number of words, and hiding twice changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--token', `--x=${hf}`, hf)), { minLength: 1 }),
        argv => {
          const { redacted } = redactArguments(argv);
          assert.equal(redacted.length, argv.length);
          assert.ok(!redacted.join('\n').includes(hf));
          assert.deepEqual(redactArguments(redacted).redacted, redacted);
        },
      ),
    );
  });
});

describe('secrets in text', () => {
  it('are found behind any beginning of a name', () => {
    for (const name of ['token', '--token', '.token', 'a.b.token', '1.token', '5-token', '..--hub-token'])
      assert.equal(hideSecrets(`x ${name}=abc123def`), `x ${name}=${hiddenSecret}`);
  });

  // Each of them takes minutes where a name is tried from each of its characters.
  for (const unit of ['a.', '.-a', 'a-', 'eyJ-', '--a ', '?token', 'a://', "a='"])
    it(`are looked for in a long text of ${unit}`, () => {
      const text = unit.repeat(Math.floor(400_000 / unit.length));
      assert.equal(hideSecrets(text), text);
    });

  it('are looked for in a long text of keys that may be words', () => {
    for (const unit of ['sk-a-', 'sk-1-', 'sk-a1_'])
      assert.ok(hideSecrets(unit.repeat(80_000)).length <= unit.length * 80_000);
  });

  it('leave everything else as it is', () => {
    for (const text of ['', 'lr=0.1', '/data/hf_cache/x', 'user@example.invalid', 'a'.repeat(100_000)])
      assert.equal(hideSecrets(text), text);
  });

  it('leave URLs without their credentials', () => {
    assert.equal(stripCredentials('https://me:pw@host/x.git'), 'https://host/x.git');
    assert.equal(stripCredentials(`https://${github}@host/x.git`), 'https://host/x.git');
    assert.equal(stripCredentials('git@host:me/x.git'), 'git@host:me/x.git');
    assert.equal(stripCredentials('file:///a b'), 'file:///a b');
  });
});
