import assert from 'node:assert/strict';
import { pythonStatusText } from '../../../src/cli/commands/env/pythonStatus.ts';
import type { PythonStatus } from '../../../src/cli/commands/env/pythonStatus.ts';

describe('what env status says of Python', () => {
  const interpreter = '/a b/.venv/bin/python';
  const cases: [PythonStatus, RegExp][] = [
    [
      { interpreter, verdict: 'clean', differences: 0 },
      /^Python \/a b\/\S+ is as lockstep-lock\.json says\n$/,
    ],
    [{ interpreter, verdict: 'drifted', differences: 1 }, /differs .* in 1 place\n.*env verify --python\n$/],
    [{ interpreter, verdict: 'unlocked', differences: 0 }, /is not locked\n.*env lock --python\n$/],
    [{ interpreter, verdict: 'unknown', differences: 0, problem: 'Broken.' }, /python\nBroken\.\n$/],
    [{ verdict: 'unlocked', differences: 0, problem: 'No Python.' }, /^No Python\.\n$/],
  ];
  for (const [status, text] of cases)
    it(`${status.verdict}${status.interpreter === undefined ? ' without one' : ''}`, () => {
      assert.match(pythonStatusText(status), text);
    });
});
