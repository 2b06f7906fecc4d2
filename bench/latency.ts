/** Live latency: from the moment a training writes a metric to the moment the chart in the real editor has other pixels. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { lockstep } from '../scripts/sample/lockstepCommand.ts';
import { gitRepository } from '../test/helpers/gitRepository.ts';
import { realEditor } from '../test/helpers/realEditor.ts';
import { waitFor } from '../test/helpers/waitFor.ts';
import { spreadOf } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const writes = 60;
const pauseMs = 800;

// Without a flush, as ordinary scripts print; the times go to a file that nobody watches.
const script = `
import json, math, sys, time
times = open(sys.argv[1], "w")
time.sleep(2)
for step in range(${writes} + 25):
    print(json.dumps({"step": step, "loss": math.exp(-step / 20) + 0.3 * math.sin(step * 1.7)}))
    times.write(repr(time.time() * 1000) + "\\n"); times.flush()
    time.sleep(${pauseMs / 1000})
`;

await using repository = await gitRepository({ 'train.py': script });
const times = join(repository.home, 'times');
await mkdir(repository.home, { recursive: true });
await writeFile(times, '');
await using editor = await realEditor(repository.home);

const window = await editor.openWindow(repository.root);
await window.openSidebar('Lockstep');
const outcome = await lockstep(['run', '--detach', '--name', 'live', '--', 'python3', 'train.py', times], {
  cwd: repository.root,
  env: repository.environment,
});
if (outcome.exitCode !== 0) throw new Error(outcome.stderr);
const row = window.rows('live').filter({ hasText: 'loss' }).first();
await row.waitFor({ timeout: 60_000 });
await window.rowMenu(row, 'Show Metrics');
const canvas = window.webview.locator('.card canvas').first();
await canvas.waitFor({ timeout: 60_000 });

// In the document of the webview itself: once a frame, has any pixel of the first chart changed?
const document = await canvas.elementHandle().then(handle => handle.ownerFrame());
await document?.evaluate(`(() => {
  const changes = (globalThis.changes = []);
  let before = '';
  const look = () => {
    const picture = document.querySelector('.card canvas')?.toDataURL() ?? '';
    if (picture !== before) changes.push(Date.now());
    before = picture;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`);
const written = await writtenTimes();
await waitFor('enough writes', async () => (await writtenTimes()).length >= written.length + writes, {
  deadlineMs: writes * pauseMs + 120_000,
  everyMs: 500,
});
const drawn = z.array(z.number()).parse(await document?.evaluate('globalThis.changes'));
const latencies = (await writtenTimes())
  .slice(written.length + 1)
  .map(time => (drawn.find(change => change >= time) ?? Number.NaN) - time)
  .filter(latency => latency < pauseMs);
await window.page.close();

const sorted = [...latencies].sort((a, b) => a - b);
await writeTable({
  topic: 'latency',
  title: 'From a metric write to the drawn pixel',
  method:
    `A script prints one JSON line every ${pauseMs} ms without flushing. The chart panel is open in VS Code's own server, shown by ` +
    'headless Chromium with software rendering; a loop inside the webview compares the pixels of the chart once a frame. ' +
    'The two clocks are the same one. A write whose pixel did not come before the next write counts as missed.',
  columns: ['what', 'median (min–max)', '95 of 100 below', 'writes', 'missed', 'aim'],
  rows: [
    [
      'write → pixel',
      formatSpread(spreadOf(latencies), 'ms', 0),
      `${(sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN).toFixed(0)} ms`,
      String(writes),
      String(Math.max(0, writes - 1 - latencies.length)),
      'median under 250 ms',
    ],
  ],
});

async function writtenTimes(): Promise<number[]> {
  return (await readFile(times, 'utf8')).split('\n').slice(0, -1).map(Number);
}
