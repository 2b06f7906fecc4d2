import assert from 'node:assert/strict';
import { tellDrift } from '../../../src/cli/text/tellDrift.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import type { DriftItem } from '../../../src/environments/environmentLock.ts';

describe('drift as it is told', () => {
  const told = (items: readonly DriftItem[], interpreter?: string): string => {
    let text = '';
    const terminal = { out: (more: string) => (text += more), paint: (_: string, one: string) => one };
    const report = { verdict: 'drifted' as const, items, tiers: [], problems: [] };
    tellDrift(
      terminal as unknown as Terminal,
      { ...report, ...(interpreter === undefined ? {} : { interpreter }) },
      'lockstep-lock.json',
    );
    return text;
  };
  const item = (name: string, part: DriftItem['part'], cause: string): DriftItem => ({
    ...{ part, name, cause, locked: '1', now: '2', weight: 'must-match' },
  });
  const packages = Array.from({ length: 28 }, (_, at) => item(`p${at}`, 'packages', 'installed by hand'));

  it('says how to mend it', () => {
    const text = told(packages, '/p/.venv/bin/python');
    assert.equal(text.match(/installed by hand/g)?.length, 28);
    assert.match(text, /env lock --python; .*run --env python\n$/);
    assert.doesNotMatch(told(packages), /--env python/, 'of a devcontainer');
  });

  it('is another interpreter, and not each of its packages', () => {
    const text = told([item('Python', 'python', 'another interpreter'), ...packages], '/usr/bin/python3');
    assert.match(text, /\n {2}Python 1 → 2, another interpreter\n {2}and with it 28 packages; --json has/);
    assert.doesNotMatch(text, /installed by hand/);
  });
});
