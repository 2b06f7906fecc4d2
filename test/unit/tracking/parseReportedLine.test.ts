import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseReportedLine } from '../../../src/tracking/parseReportedLine.ts';

/** One line of text per report, so that the tables below read like what a person would expect. */
function said(line: string, declared = false): string {
  const report = parseReportedLine(line, { declared });
  if (report === undefined) return 'nothing';
  const metrics = report.metrics.map(({ key, value }) => `${key}=${value}`);
  const parameters = Object.entries(report.parameters).map(
    ([name, value]) => `${name}:${JSON.stringify(value)}`,
  );
  const place = (['step', 'rank', 'time'] as const).flatMap(name =>
    report[name] === undefined ? [] : [`@${name} ${report[name]}`],
  );
  return [...metrics, ...parameters, ...place].join(' ');
}

function table(rows: readonly (readonly [line: string, expected: string])[], declared = false): void {
  for (const [line, expected] of rows)
    it(line.slice(0, 100), () => assert.equal(said(line, declared), expected));
}

describe('a JSON line reports', () => {
  describe('metrics at their step', () => {
    table([
      ['{"epoch":3,"loss":0.1,"acc":0.9,"lr":0.01}', 'loss=0.1 acc=0.9 lr=0.01 @step 3'],
      ['  {"loss": 0.25}\r', 'loss=0.25'],
      ['{"step": 10, "epoch": 1.5, "loss": 1e-05}', 'epoch=1.5 loss=0.00001 @step 10'],
      ['{"loss": 1, "global_step": 7, "iteration": 9}', 'loss=1 @step 7'],
      ['{"Epoch": 2, "val": {"loss": 0.2, "top": {"1": 3}}}', 'val/loss=0.2 val/top/1=3 @step 2'],
      ['{"step": 4, "metrics": {"loss": 0.5, "f1": 0.1}}', 'loss=0.5 f1=0.1 @step 4'],
      ['{"metrics": {"loss": 0.5, "step": 4}}', 'loss=0.5 @step 4'],
      ['{"epoch": 1, "batch": 20, "loss": 0.5}', 'loss=0.5'],
      ['{"step": 0.5, "loss": -3}', 'loss=-3 @step 0.5'],
      ['{"epoch": 1, "time": 12.5, "loss": 1}', 'time=12.5 loss=1 @step 1'],
      ['{"epoch": 1, "time": 1767225600.5, "loss": 1}', 'loss=1 @step 1 @time 1767225600500'],
      ['{"timestamp": "2026-01-01T00:00:00Z", "loss": 1}', 'loss=1 @time 1767225600000'],
      ['{"step": 1, "loss": 2, "rank": 3}', 'loss=2 @step 1 @rank 3'],
      ['{"weird \\"key\\" 😀/<b>": 1.5}', 'weird "key" 😀/<b>=1.5'],
    ]);
  });

  describe('values that JSON does not know', () => {
    table([
      ['{"step": 1, "loss": NaN}', 'loss=NaN @step 1'],
      ['{"a": Infinity, "b": -Infinity, "c": [NaN]}', 'a=Infinity b=-Infinity c/0=NaN'],
      ['{"note": "NaN, Infinity", "loss": NaN}', 'loss=NaN'],
      ['{"loss": 1e999}', 'loss=Infinity'],
    ]);
  });

  describe('the long form', () => {
    table([
      ['{"metric": "loss", "value": 0.5, "step": 3}', 'loss=0.5 @step 3'],
      ['{"name": "val/acc", "value": NaN, "epoch": 2}', 'val/acc=NaN @step 2'],
      [
        '{"key": "loss", "value": 1, "timestamp": 1767225600000, "step": 0}',
        'loss=1 @step 0 @time 1767225600000',
      ],
      ['{"metric": "loss", "value": "0.5"}', 'loss=0.5'],
      ['{"metric": "loss", "value": "low"}', 'nothing'],
      [
        '{"step": 1, "name": "agent0", "value": 0.93, "policy_loss": 0.28, "epoch": 2}',
        'agent0=0.93 policy_loss=0.28 @step 1',
      ],
    ]);
  });

  describe('numbers as text', () => {
    table([
      ['{"step": 1, "loss": "0.7420", "acc": 0.9}', 'loss=0.742 acc=0.9 @step 1'],
      ['{"a": "nan", "b": "-inf", "c": "1e-05", "d": " 1", "e": "-3"}', 'a=NaN b=-Infinity c=0.00001'],
      ['{"sha": "12e5", "run": "0012", "day": "2026-01-01", "share": "93%"}', 'nothing'],
      ['{"version": "1.0", "epoch": "3", "port": "80", "time": "1767225600"}', 'nothing'],
    ]);
  });

  describe('arrays of numbers', () => {
    const of = (length: number): string => JSON.stringify(Array.from({ length }, () => 1));
    table([
      ['{"epoch": 1, "f1": [0.5, 0.25]}', 'f1/0=0.5 f1/1=0.25 @step 1'],
      ['{"confusion": [[1, 0], [2, 3]]}', 'confusion/0/0=1 confusion/0/1=0 confusion/1/0=2 confusion/1/1=3'],
      ['{"metrics": {"f1": [1]}}', 'f1/0=1'],
      ['{"loss": 1, "mixed": [1, "a"], "rows": [{"a": 1}], "none": [], "id": [1]}', 'loss=1'],
      [`{"loss": 1, "grid": ${of(65)}}`, 'loss=1'],
      [`{"loss": 1, "deep": [[[[[1]]]]]}`, 'loss=1'],
    ]);
  });

  describe('parameters', () => {
    table([
      [
        '{"params": {"lr": 0.1, "opt": {"name": "adam", "nesterov": true}}}',
        'lr:0.1 opt.name:"adam" opt.nesterov:true',
      ],
      ['{"parameters": {"layers": [64, 10], "seed": null}}', 'layers:"[64,10]" seed:null'],
      ['{"config": {"lr": NaN}}', 'lr:"NaN"'],
      ['{"hparams": {"lr": 1}, "loss": 0.5, "step": 0}', 'loss=0.5 lr:1 @step 0'],
      ['{"params": 12}', 'params=12'],
      [
        '{"params": {"hub_token": "abcdefgh", "db": "pg://u:p@h/d"}}',
        'hub_token:"<secret>" db:"pg://<secret>@h/d"',
      ],
    ]);
  });

  describe('nothing, when it is something else', () => {
    table([
      ['', 'nothing'],
      ['{}', 'nothing'],
      ['[1, 2]', 'nothing'],
      ['"loss"', 'nothing'],
      ['{"loss": 0.1', 'nothing'],
      ['{"loss": 0.1}}', 'nothing'],
      ['{"done": true, "status": "ok", "best": null}', 'nothing'],
      ['{"port": 8080, "pid": 12, "user_id": 7, "version": 2}', 'nothing'],
      ['{"level":30,"time":1531171074631,"msg":"hello world","pid":657,"hostname":"h","took":3}', 'nothing'],
      ['{"timestamp": "2026-01-01 10:00:00,123", "message": "cache", "size": 120}', 'nothing'],
      ['{"levelname": "INFO", "message": "loaded", "rows": 1797, "lineno": 12}', 'nothing'],
    ]);
  });

  describe('metrics in a structured log that names a step', () => {
    table([
      [
        '{"level": "info", "event": "epoch end", "epoch": 2, "loss": 0.5, "pid": 3, "lineno": 8}',
        'loss=0.5 @step 2',
      ],
    ]);
  });

  describe('in the metrics file, whatever else stands there', () => {
    table([['{"level": "info", "message": "x", "loss": 0.5, "pid": 12}', 'loss=0.5']], true);
  });

  it('bounded names: an overlong one is cut and stays its own', () => {
    const keys = ['a', 'b'].map(
      last =>
        parseReportedLine(JSON.stringify({ [`${'k'.repeat(10_000)}${last}`]: 1 }))?.metrics[0]?.key ?? '',
    );
    assert.ok(keys.every(key => key.length === 500));
    assert.notEqual(keys[0], keys[1]);
  });

  it('survives names that JavaScript treats specially, and any depth', () => {
    assert.equal(said('{"__proto__": {"loss": 1}, "constructor": 2}'), '__proto__/loss=1 constructor=2');
    assert.equal(said('{"params": {"__proto__": 1, "toString": 2}}'), 'toString:2');
    assert.equal(said(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`), 'nothing');
  });

  it('every finite or infinite number back, exactly', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.double()), values => {
        const own = Object.entries(values).filter(([key]) => /^[a-z]{4,}$/.test(key));
        const text = own
          .map(([key, value]) => `${JSON.stringify(`m_${key}`)}: ${pythonJson(value)}`)
          .join(', ');
        const report = parseReportedLine(`{${text}}`);
        assert.deepEqual(
          report?.metrics.map(metric => metric.value) ?? [],
          own.map(([, value]) => value),
        );
      }),
    );
  });

  it('anything at all without a failure', () => {
    fc.assert(fc.property(fc.string(), text => void parseReportedLine(text)));
    fc.assert(fc.property(fc.json(), text => void parseReportedLine(text)));
  });
});

function pythonJson(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}
