import assert from 'node:assert/strict';
import { isInterestingName, readerFor } from '../../../../src/tracking/detectSource.ts';
import type { SourceHints } from '../../../../src/tracking/detectSource.ts';

/** The kind of a file with this text, or `nothing`. */
function kindOf(path: string, text: string, neighbours: readonly string[] = []): string {
  const hints: SourceHints = { beside: name => neighbours.includes(name) };
  return readerFor(path, Buffer.from(text), hints)?.kind ?? 'nothing';
}

const keras = 'epoch,accuracy,loss\n0,0.5,1.25\n';
const lightning = 'epoch,step,train_loss,val_loss\n0,49,,0.5\n0,99,0.7,\n';
const trackio = '{"v":1,"kind":"metric","project":"p","run":"r","metrics":{"loss":1},"step":0}\n';

describe('a file holds metrics', () => {
  const rows: readonly [path: string, text: string, kind: string, neighbours?: string[]][] = [
    ['/w/a b/lightning_logs/version_0/metrics.csv', lightning, 'lightning'],
    ['/w/exp/metrics.csv', lightning, 'lightning', ['hparams.yaml']],
    ['/w/exp/metrics.csv', lightning, 'table'],
    ['/w/exp/metrics.csv', 'name,value\nloss,1\n', 'nothing', ['hparams.yaml']],
    ['C:\\w\\lightning_logs\\version_3\\metrics.csv', lightning, 'lightning'],
    [
      '/w/runs/detect/train/results.csv',
      'epoch,time,train/box_loss\n1,3.2,0.5\n',
      'ultralytics',
      ['args.yaml'],
    ],
    [
      '/w/runs/train/results.csv',
      '                  epoch,         train/box_loss\n   0,   0.5\n',
      'ultralytics',
      ['args.yaml'],
    ],
    ['/w/results.csv', 'id,label\n1,3\n', 'nothing', ['args.yaml']],
    ['/w/runs/detect/train/args.yaml', 'lr0: 0.01\n', 'ultralytics-parameters', ['weights']],
    ['/w/args.yaml', 'lr0: 0.01\n', 'nothing'],
    ['/w/lightning_logs/version_0/hparams.yaml', '', 'lightning-parameters'],
    ['/w/logs/1795/hparams.yml', '', 'lightning-parameters'],
    ['/w/training.log', keras, 'table'],
    ['/w/log.csv', keras, 'table'],
    ['/w/history.csv', ',epoch,loss\n0,0,1.5\n1,1,1.25\n', 'table'],
    ['/w/loss.tsv', 'step\tloss\n0\t1\n', 'table'],
    ['/w/np.csv', '# epoch,loss\n0,1\n', 'table'],
    ['/w/fastai/history.csv', 'epoch,train_loss,valid_loss,time\n0,1.5,1.25,00:05\n', 'table'],
    ['/w/progress.csv', 'rollout/ep_rew_mean,time/fps,time/total_timesteps\n1.5,900,2048\n', 'table'],
    ['/w/log.csv', 'epoch,accuracy,loss\n', 'nothing'],
    ['/w/log.csv', 'epoch,accu', 'nothing'],
    ['/w/log.csv', '', 'nothing'],
    ['/w/train.csv', 'id,text,label\n1,hello,0\n', 'nothing'],
    ['/w/data.csv', '5.1,3.5,1.4,0.2\n4.9,3,1.4,0.2\n', 'nothing'],
    ['/w/titanic.csv', 'PassengerId,Survived,Pclass\n1,0,3\n', 'nothing'],
    ['/w/prices.csv', 'date,open,close\n2026-01-01,1,2\n', 'nothing'],
    ['/w/steps.csv', 'step,instruction,answer\n1,do this,yes\n', 'nothing'],
    ['/w/samples.csv', 'loss,step\n0.5,1\n', 'nothing'],
    ['/w/app.log', '2026-01-01 12:00 INFO epoch, loss\n', 'nothing'],
    ['/w/app.log', 'epoch 1, loss 0.5\nepoch 2, loss 0.4\n', 'nothing'],
    ['/w/binary.csv', 'epoch,loss\n\0\0\n', 'nothing'],
    ['/w/dvclive/plots/metrics/train/loss.tsv', 'step\tloss\n', 'dvclive-metric'],
    ['/w/dvclive/plots/metrics/acc.tsv', 'timestamp\tstep\tacc\r\n', 'dvclive-metric'],
    ['/w/plots/metrics/acc.tsv', 'fpr\ttpr\n0\t1\n', 'nothing'],
    ['/w/dvclive/metrics.json', '{}', 'dvclive-latest'],
    ['/w/out/metrics.json', '{}', 'dvclive-latest', ['plots/metrics']],
    ['/w/metrics.json', '{"accuracy": 1}', 'nothing'],
    ['/w/dvclive/params.yaml', 'lr: 1\n', 'dvclive-parameters'],
    ['/w/params.yaml', 'lr: 1\n', 'nothing'],
    ['/w/dvclive/plots/images/confusion.png', '', 'dvclive-image'],
    ['/w/dvclive/plots/images/sample/3.jpg', '', 'dvclive-image'],
    ['/w/dvclive/plots/images/notes.txt', '', 'nothing'],
    ['/w/out/checkpoint-500/trainer_state.json', '{\n  "best_metric": null', 'trainer-state'],
    ['/w/out/trainer_state.json', '[]', 'nothing'],
    ['/h/.cache/huggingface/trackio/inbox/c45f/00000000.jsonl', trackio, 'trackio'],
    ['/w/inbox/mail/00000001.jsonl', '{"from": "a"}\n', 'nothing'],
    ['/w/metrics.jsonl', '{"step": 1, "loss": 2}\n', 'nothing'],
    ['/w/model.safetensors', '', 'nothing'],
  ];
  for (const [path, text, kind, neighbours = []] of rows)
    it(`${kind}: ${path} ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.equal(kindOf(path, text, neighbours), kind);
      if (kind !== 'nothing') assert.ok(isInterestingName(path), 'its name must be enough to look at it');
    });

  it('when lockstep.yaml names it, whatever it is called', () => {
    const named = (path: string, text: string, format?: 'csv' | 'jsonl'): string =>
      readerFor(path, Buffer.from(text), { rule: { path, format } })?.kind ?? 'nothing';
    assert.equal(named('/w/scores.txt', 'a,b\n'), 'named-csv');
    assert.equal(named('/w/scores.txt', '{"a":1}\n'), 'named-jsonl');
    assert.equal(named('/w/m.ndjson', ''), 'named-jsonl');
    assert.equal(named('/w/m.json', '', 'csv'), 'named-csv');
  });

  it('and all checkpoints of a training are one source', () => {
    const group = (path: string): string | undefined => readerFor(path, Buffer.from('{'))?.group;
    assert.equal(group('/w/out/checkpoint-500/trainer_state.json'), '/w/out/trainer_state.json');
    assert.equal(group('/w/out/checkpoint-1000/trainer_state.json'), '/w/out/trainer_state.json');
    assert.equal(group('/w/out/trainer_state.json'), '/w/out/trainer_state.json');
    assert.notEqual(group('/w/other/checkpoint-5/trainer_state.json'), '/w/out/trainer_state.json');
  });
});
