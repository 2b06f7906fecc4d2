/** The sample is what people try first: it must learn, and the same arguments must give the same bytes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../../../src/base/runCommand.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const script = join(projectRoot, 'samples', 'digits', 'train.py');
const lineSchema = z.strictObject({
  epoch: z.int(),
  loss: z.number(),
  accuracy: z.number(),
  val_loss: z.number(),
  val_accuracy: z.number(),
});

async function train(...args: string[]): Promise<{ printed: string; model: string }> {
  await using folder = await temporaryFolder();
  const outcome = await runCommand({
    program: 'python3',
    args: [script, '--epochs', '6', ...args],
    cwd: folder.path,
    env: scrubbedEnvironment(folder.path),
  });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return {
    printed: outcome.stdout.toString('utf8'),
    model: await readFile(join(folder.path, 'model.json'), 'utf8'),
  };
}

describe('the sample of handwritten digits', function () {
  this.timeout(120_000);

  it('learns, and gives the same bytes for the same seed only', async () => {
    const [first, second, other] = await Promise.all([train(), train(), train('--seed', '7')]);
    assert.deepEqual(first, second);
    assert.notEqual(first.printed, other.printed);

    const lines = first.printed
      .trimEnd()
      .split('\n')
      .map(line => lineSchema.parse(JSON.parse(line)));
    assert.deepEqual(
      lines.map(line => line.epoch),
      [1, 2, 3, 4, 5, 6],
    );
    assert.ok((lines.at(-1)?.val_accuracy ?? 0) > 0.9);
  });
});
