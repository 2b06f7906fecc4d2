/**
 * A script that logs as MLflow's client and TensorBoard's writer do, unchanged, started by a person in the real editor:
 * metrics, tags, child runs and pictures are there while it runs.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workbench } from '../../scripts/editor/workbench.ts';
import { fileVersion, scalarEvent } from '../helpers/eventFileWriter.ts';
import { gitRepository, type GitRepository } from '../helpers/gitRepository.ts';
import { mlflowScript } from '../helpers/mlflowScript.ts';
import { realEditor, type RealEditor } from '../helpers/realEditor.ts';
import { waitFor } from '../helpers/waitFor.ts';

const patience = { deadlineMs: 60_000, everyMs: 100 };
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const training = `
import base64, os, pathlib, struct, time, urllib.parse, zlib
from mlflow_calls import *

def png(shade):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\\0" + bytes([shade, (x * 8) % 256, (y * 8) % 256][i] for x in range(32) for i in range(3)) for y in range(32))
    return (b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

os.makedirs("logs", exist_ok=True)
events = open("logs/events.out.tfevents.1795354055.here.%d.0" % os.getpid(), "ab", buffering=0)
events.write(base64.b64decode("${base64(fileVersion())}"))
for piece in "${Array.from({ length: 20 }, (_, step) => base64(scalarEvent('accuracy', step / 20, step, 1_795_354_056 + step))).join(' ')}".split():
    events.write(base64.b64decode(piece))

run = start_run()
info = call("GET", "runs/get", {"run_id": run})["run"]["info"]
images = pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(info["artifact_uri"]).path)) / "images"
images.mkdir(parents=True, exist_ok=True)
log_param(run, "width", 64)
set_tag(run, "stage", "first light")
for trial in range(2):
    child = start_run(parent=run)
    log_param(child, "lr", 0.1 * (trial + 1))
    log_metric(child, "loss", 1 / (trial + 1), 0)
    end_run(child)
step = 0
while not os.path.exists("go"):
    log_metric(run, "loss", 1 / (step + 1), step)
    if step % 10 == 0:
        (images / ("sample%%step%%%d%%timestamp%%%d%%abc.png" % (step, time.time() * 1000))).write_bytes(png(step % 256))
        set_tag(run, "mlflow.loggedImages", True)
    step += 1
    time.sleep(0.05)
end_run(run)
`;

describe('what a script logs, in the real editor', function () {
  this.timeout(240_000);
  let repository: GitRepository;
  let editor: RealEditor;
  let window: Workbench;

  before(async () => {
    repository = await gitRepository({
      'train.py': training,
      'mlflow_calls.py': mlflowScript,
      '.gitignore': 'logs/\ngo\n',
    });
    editor = await realEditor(repository.home);
    window = await editor.openWindow(repository.root);
    await window.openSidebar('Lockstep');
  });
  after(async () => {
    await writeFile(join(repository.root, 'go'), '');
    await editor.stop();
    await repository.remove();
  });

  const row = (...texts: (string | RegExp)[]) =>
    texts.reduce((rows, text) => rows.filter({ hasText: text }), window.rows()).first();

  it('shows metrics beside a label at the width that a side bar has at first', async () => {
    await window.runCommand('Lockstep: Run Experiment…');
    await window.answer('Type a command', 'python3 train.py --a-long-option with-a-long-value --seed 7');
    const shown = row(/loss \d/);
    await shown.waitFor({ timeout: 60_000 });
    const early = await shown.innerText();
    await waitFor('newer values', async () => (await shown.innerText()) !== early, patience);
    const [value, sidebar] = await Promise.all([
      shown.locator('.label-description').boundingBox(),
      window.page.locator('.part.sidebar').boundingBox(),
    ]);
    assert.ok(value !== null && sidebar !== null);
    assert.ok(value.x + 70 < sidebar.x + sidebar.width, 'there is room for a metric');
  });

  it('shows tags, child runs told apart by their parameters, and media below the run', async () => {
    await row(/loss \d/).click();
    await row('Tags', 'stage first light').waitFor({ timeout: 30_000 });
    await row('Media', 'images').waitFor({ timeout: 30_000 });
    // The list may grow between a look and a click, which then lands on another row.
    await waitFor(
      'child runs told apart by their parameters',
      async () => {
        const children = row(/^\s*Child Runs/);
        if ((await children.getAttribute('aria-expanded')) !== 'true') await children.click();
        return row('lr=0.2', 'loss 0.5').isVisible();
      },
      { deadlineMs: 30_000, everyMs: 500 },
    );
  });

  it('draws what MLflow and TensorBoard were told on charts that move', async () => {
    await window.rowMenu(row(/loss \d/), 'Show Metrics');
    const card = (key: string) => window.webview.locator(`.card[data-key="${key}"]`);
    await card('loss').locator('canvas').waitFor({ timeout: 60_000 });
    await waitFor(
      'every point of the event file',
      async () => (await card('accuracy').getAttribute('data-points')) === '20',
      patience,
    );
    const points = async (): Promise<number> => Number(await card('loss').getAttribute('data-points'));
    const early = await points();
    await waitFor('more points', async () => (await points()) > early, patience);
  });

  it('shows pictures as they come, and earlier ones by the keyboard', async () => {
    await row('Media', 'images').click();
    await window.tab(/^Media/).waitFor({ timeout: 30_000 });
    const card = window.webview.locator('.card.image[data-key="sample"]');
    const loaded = (): Promise<boolean> =>
      card
        .locator('img')
        .evaluate(
          (image: { readonly complete: boolean; readonly naturalWidth: number }) =>
            image.complete && image.naturalWidth === 32,
        );
    await waitFor('the picture', loaded, patience);
    const step = async (): Promise<number> => Number(await card.getAttribute('data-step'));
    const early = await step();
    await waitFor('a newer picture', async () => (await step()) > early, patience);
    await card.locator('.stage').focus();
    await window.page.keyboard.press('Home');
    await waitFor('the first picture', async () => (await step()) === 0 && (await loaded()), patience);
  });

  it('has the same when it ended', async () => {
    await writeFile(join(repository.root, 'go'), '');
    const ended = row(/loss \d/, 'accuracy 0.95');
    await waitFor('the end', async () => !/step \d/.test(await ended.innerText()), patience);
    await waitFor(
      'the last look',
      async () => (await window.webview.locator('.card.image').count()) === 1,
      patience,
    );
  });
});
