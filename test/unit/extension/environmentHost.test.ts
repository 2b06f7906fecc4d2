import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { checkOptions } from '../../../src/environments/templates/checkOptions.ts';
import { readTemplates } from '../../../src/environments/templates/readTemplates.ts';
import type { OptionValues, Template } from '../../../src/environments/templates/template.ts';
import { runOfProcess } from '../../../src/environments/gpu/runOfProcess.ts';
import { offeredOption } from '../../../src/extension/environment/host/offeredOption.ts';

describe('what Create Environment asks', () => {
  /** Every way through the questions, as the values that were chosen. */
  function* ways(template: Template, chosen: OptionValues = {}): Generator<OptionValues> {
    const question = offeredOption(template, chosen, {});
    if (question === undefined) {
      yield chosen;
      return;
    }
    assert.equal(question.values[0], question.proposed);
    for (const value of question.values) yield* ways(template, { ...chosen, [question.name]: value });
  }

  it('leads only to combinations that exist', async () => {
    let count = 0;
    for (const template of await readTemplates())
      for (const chosen of ways(template)) {
        const options = checkOptions(template, chosen);
        for (const [name, value] of Object.entries(chosen)) assert.equal(options[name], value);
        count++;
      }
    assert.ok(count > 100, String(count));
  });

  it('asks for Python, then the framework, then what it is built for', async () => {
    const torch = (await readTemplates()).find(({ id }) => id === 'pytorch-cuda');
    assert.ok(torch !== undefined);
    const names: string[] = [];
    let chosen: OptionValues = {};
    for (;;) {
      const question = offeredOption(torch, chosen, { torchVersion: '2.7.1', cuda: 'cu126' });
      if (question === undefined) break;
      names.push(question.name);
      chosen = { ...chosen, [question.name]: question.proposed };
    }
    assert.deepEqual(names, ['pythonVersion', 'torchVersion', 'cuda']);
    assert.equal(chosen['torchVersion'], '2.7.1');
    assert.equal(chosen['cuda'], 'cu126');
  });

  it('goes on where the proposal does not go with what was chosen', async () => {
    const torch = (await readTemplates()).find(({ id }) => id === 'pytorch-cuda');
    assert.ok(torch !== undefined);
    const question = offeredOption(
      torch,
      { pythonVersion: '3.14' },
      { torchVersion: '2.6.0', cuda: 'cu118' },
    );
    assert.ok(question !== undefined && !question.values.includes('2.6.0'));
  });
});

describe('the run that a process of a GPU belongs to', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  for (const [name, environment, expected] of [
    ['is told by its mark', { LOCKSTEP_RUN_ID: '01JZZZZZZZZZZZZZZZZZ00K8H2' }, '01JZZZZZZZZZZZZZZZZZ00K8H2'],
    ['is not guessed', { NOT_LOCKSTEP_RUN_ID: '01JZZZZZZZZZZZZZZZZZ00K8H2' }, undefined],
    ['is no text that somebody else put there', { LOCKSTEP_RUN_ID: '../../etc' }, undefined],
  ] as const)
    it(name, async () => {
      const child = spawn('sleep', ['60'], { env: { PATH: process.env['PATH'], ...environment } });
      await once(child, 'spawn');
      try {
        assert.equal(await runOfProcess(child.pid ?? 0), expected);
      } finally {
        child.kill('SIGKILL');
      }
    });
  it('is nobody’s where the process is gone', async () => {
    assert.equal(await runOfProcess(2 ** 22 + 1), undefined);
  });
});
