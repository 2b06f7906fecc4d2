import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { childEnvironment } from '../../../src/execution/childEnvironment.ts';

const options = { runId: 'R', metricsFile: '/run/child-metrics.jsonl', colour: false };
const always = { PYTHONUNBUFFERED: '1', LOCKSTEP_RUN_ID: 'R', LOCKSTEP_METRICS: '/run/child-metrics.jsonl' };
const hook = { folder: '/hook', variables: { LOCKSTEP_SEEN: '/run/seen.jsonl' } };

describe('childEnvironment', () => {
  const table: [
    string,
    Record<string, string>,
    Partial<Parameters<typeof childEnvironment>[1]>,
    Record<string, string>,
  ][] = [
    ['keeps what was recorded', { HOME: '/h', LR: '0.1' }, {}, { HOME: '/h', LR: '0.1', ...always }],
    [
      'respects how the user set buffering',
      { PYTHONUNBUFFERED: '' },
      {},
      { ...always, PYTHONUNBUFFERED: '' },
    ],
    [
      'leaves out what is the editor’s and what is an outer run’s',
      {
        ELECTRON_RUN_AS_NODE: '1',
        VSCODE_PID: '7',
        LOCKSTEP_RUN_ID: 'outer',
        LOCKSTEP_METRICS: '/outer',
        LOCKSTEP_SUPERVISOR: 'outer',
      },
      {},
      always,
    ],
    [
      'asks for colours where they are shown',
      {},
      { colour: true },
      { ...always, FORCE_COLOR: '1', PY_COLORS: '1', CLICOLOR_FORCE: '1' },
    ],
    ['does not overrule NO_COLOR', { NO_COLOR: '1' }, { colour: true }, { ...always, NO_COLOR: '1' }],
    [
      'does not overrule FORCE_COLOR',
      { FORCE_COLOR: '0' },
      { colour: true },
      { ...always, FORCE_COLOR: '0', PY_COLORS: '1', CLICOLOR_FORCE: '1' },
    ],
    [
      'puts the hook before the user’s own path',
      { PYTHONPATH: 'src' },
      { pythonHook: hook },
      { ...always, PYTHONPATH: `/hook${delimiter}src`, LOCKSTEP_SEEN: '/run/seen.jsonl' },
    ],
    [
      'adds no empty entry, which would mean the working folder',
      { PYTHONPATH: '' },
      { pythonHook: hook },
      { ...always, PYTHONPATH: '/hook', LOCKSTEP_SEEN: '/run/seen.jsonl' },
    ],
  ];
  for (const [name, recorded, more, expected] of table)
    it(name, () => assert.deepEqual(childEnvironment(recorded, { ...options, ...more }), expected));
});
