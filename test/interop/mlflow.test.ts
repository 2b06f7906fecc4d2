/**
 * Scripts that log with MLflow, unchanged. `npm test` asks everything of the newest client, and of the older ones the
 * deepest cases and those of an API that has changed since; `npm run soak` asks everything of all.
 */
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type Mocha from 'mocha';
import { peerTitle } from '../../scripts/provision/pythonPeers.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';
import { soak } from '../helpers/soak.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';
import { assertTracked } from './record/assertTracked.ts';
import { isInShort } from './record/provenRows.ts';
import { trackedScript } from './record/trackedScript.ts';

for (const name of ['mlflow2old', 'mlflow2', 'mlflow'] as const) {
  const whole = name !== 'mlflow2old';
  const asks = (title: string, body: Mocha.AsyncFunc): void => {
    if (soak || isInShort(name, title)) it(title, body);
  };
  describe(peerTitle(name), () => {
    asks(
      'logs with the fluent API: values of every kind, artifacts, a dataset, nested runs',
      async function () {
        await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_fluent');
        assertTracked(tracked);
        assert.equal(tracked.run.mlflow, 'endpoint');
      },
    );

    asks('logs with the client API, searches, and reads its history and artifacts back', async function () {
      await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_client');
      assertTracked(tracked);
    });

    asks('takes runs up again by their id', async function () {
      await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_resume');
      assertTracked(tracked);
    });

    asks('ends with its own exit code when the training fails inside a run', async function () {
      await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_failure');
      assertTracked(tracked, 1);
      assert.match(tracked.output, /RuntimeError: out of luck/);
    });

    asks('logs asynchronously', async function () {
      await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_async');
      assertTracked(tracked);
    });

    if (whole) {
      asks('logs by itself what scikit-learn trains', async function () {
        await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_autolog');
        assertTracked(tracked, 0, { more: /^training_|^estimator_/ });
        assert.ok(Object.keys(tracked.run.artifacts).length > 0);
      });

      asks(
        'logs a model under a registered name, images and tables, and loads them again',
        async function () {
          await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_models');
          assertTracked(tracked);
          assert.ok(tracked.run.artifacts['images by name/5.png']);
          assert.ok(tracked.run.artifacts['table.json']);
        },
      );

      asks('logs system metrics', async function () {
        await using tracked = await trackedScript(peerOrSkip(this, name), 'mlflow_system');
        assertTracked(tracked, 0, { more: /^system\// });
        const { main } = tracked.truth;
        for (const [key, points] of Object.entries(main?.metrics ?? {}))
          assert.deepEqual(tracked.run.metrics[key]?.slice(0, points.length), points, key);
      });
    }

    asks('goes where the person has said already, by a variable', async function () {
      const peer = peerOrSkip(this, name);
      await using folder = await temporaryFolder();
      const env = {
        MLFLOW_TRACKING_URI: pathToFileURL(join(folder.path, 'mlruns')).href,
        MLFLOW_ALLOW_FILE_STORE: 'true',
      };
      await using tracked = await trackedScript(peer, 'mlflow_own_uri', { env });
      assert.equal(tracked.exitCode, 0, tracked.output);
      assert.equal(tracked.run.mlflow, 'own-server');
      assert.deepEqual([tracked.run.metrics, tracked.children], [{}, []]);
    });
  });
}

describe('a tracking address in the script', () => {
  it('is respected, and said: nothing is mirrored', async function () {
    const peer = peerOrSkip(this, 'mlflow');
    await using folder = await temporaryFolder();
    const words = [pathToFileURL(join(folder.path, 'mlruns')).href];
    const env = { MLFLOW_ALLOW_FILE_STORE: 'true' };
    await using tracked = await trackedScript(peer, 'mlflow_own_uri', { words, env });
    assert.equal(tracked.exitCode, 0, tracked.output);
    assert.deepEqual([tracked.run.metrics, tracked.children], [{}, []]);
    assert.match(tracked.run.warnings.join('\n'), /MLflow/);
  });
});
