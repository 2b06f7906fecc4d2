import assert from 'node:assert/strict';
import { askedEnvironment } from '../../../src/reproduction/askedEnvironment.ts';
import type { Plan } from '../../../src/runs/plan.ts';

describe('where a reproduction is to run', () => {
  const host: Plan['environment'] = { kind: 'host' };
  const inside: Plan['environment'] = {
    kind: 'devcontainer',
    container: {
      ...{ engine: 'docker', id: 'a'.repeat(64), imageId: `sha256:${'b'.repeat(64)}`, repoDigests: [] },
      workspaceFolder: '/workspaces/p',
    },
  };
  const cases: [string | undefined, Plan['environment'] | undefined, string | RegExp][] = [
    [undefined, host, 'as recorded'],
    [undefined, inside, 'as recorded'],
    ['host', host, 'host'],
    ['devcontainer', inside, 'as recorded'],
    ['python', host, 'python'],
    ['python', inside, 'python'],
    // Its verdict says that it was another environment.
    ['host', inside, 'host'],
    ['devcontainer', host, /did not run in a devcontainer/],
    ['devcontainer', undefined, /did not run in a devcontainer/],
    ['foo', host, /no environment foo/],
  ];
  for (const [kind, ran, outcome] of cases)
    it(`--env ${kind ?? '(left out)'} of a run ${ran === undefined ? 'without a plan' : `of kind ${ran.kind}`}: ${String(outcome)}`, () => {
      if (typeof outcome === 'string') assert.equal(askedEnvironment(kind, ran) ?? 'as recorded', outcome);
      else
        assert.throws(() => askedEnvironment(kind, ran), {
          ...{ code: 'environment-not-supported', kind: 'usage', message: outcome },
        });
    });
});
