/** A forecast of a record that somebody else made: it leads nowhere, and nothing that it names is started. */
import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { forecastReproduction } from '../../../../src/reproduction/forecast/forecastReproduction.ts';
import { captured } from '../../../../src/runs/known.ts';
import { forecastSchema, type Forecast } from '../../../../src/runs/forecast.ts';
import type { RunDetails } from '../../../../src/runs/runDetails.ts';
import { scrubbedEnvironment } from '../../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { capturedValues, originalId, plan, result } from '../recordedRun.ts';

async function forecast(folder: string, change: Partial<RunDetails>): Promise<Forecast> {
  const root = join(folder, 'project');
  await mkdir(root, { recursive: true });
  const original: RunDetails = {
    ...{ id: originalId, dir: join(folder, 'run'), state: 'finished', stillRunning: false },
    ...{ plan: plan({ root }), captured: capturedValues(), result: result() },
    ...{ annotations: { tags: [], star: false, archived: false }, verdicts: [], requests: [], problems: [] },
    shared: { schemaVersion: 1, remote: 'origin', url: 'x', commit: 'y', fetchedAt: '2026-01-01T00:00:00Z' },
    ...change,
  } as RunDetails;
  const made = await forecastReproduction({
    ...{
      original,
      store: join(folder, 'store'),
      root,
      variables: scrubbedEnvironment(folder),
      offline: true,
    },
  });
  return forecastSchema.parse(JSON.parse(JSON.stringify(made)));
}

describe('a forecast of a foreign record', () => {
  it('starts no interpreter and asks no engine before somebody has agreed', async () => {
    await using folder = await temporaryFolder();
    const trap = join(folder.path, 'python3');
    await writeFile(trap, `#!/bin/sh\ntouch '${folder.path}/sprung'\n`);
    await chmod(trap, 0o755);
    const made = await forecast(folder.path, {
      plan: plan({
        root: join(folder.path, 'project'),
        interpreter: captured({ path: trap, version: '3.11.7' }),
        environment: {
          kind: 'devcontainer',
          container: {
            ...{ engine: 'docker', id: 'x', imageId: 'sha256:x', repoDigests: [], workspaceFolder: '/w' },
            endpoint: `unix://${folder.path}/trap.sock`,
          },
        },
      }),
    });
    assert.ok(!existsSync(join(folder.path, 'sprung')));
    assert.ok(!made.blockers.some(one => one.code === 'not-confirmed'));
    const item = made.items.find(one => one.ingredient === 'environment');
    assert.equal(item?.availability, 'unknown');
    assert.equal(item.reason, 'not looked at before you agree to what it runs');
  });

  it('stops at a record that leaves its repository', async () => {
    await using folder = await temporaryFolder();
    const made = await forecast(folder.path, {
      captured: capturedValues({ inputs: [{ path: '../../etc/passwd', how: 'seen' }] }),
    });
    assert.deepEqual(
      made.blockers.map(one => one.code),
      ['record-leaves-repository'],
    );
    assert.deepEqual(made.items, []);
  });

  it('adds up sizes that nobody has', async () => {
    await using folder = await temporaryFolder();
    const made = await forecast(folder.path, {
      captured: capturedValues({
        inputs: Array.from({ length: 500 }, (_, index) => ({
          ...{ path: `data/${index}\u001b[2J`, how: 'seen', size: 1e308, sha256: 'a'.repeat(64) },
        })),
      }),
      result: result({ durationMs: 1e308 }),
    });
    assert.equal(made.closeness, 'not-the-same-run');
    assert.ok(made.items.length <= 201);
    assert.ok(Number.isSafeInteger(made.disk.needed));
  });
});
