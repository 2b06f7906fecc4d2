/**
 * Programs that log into files, run by the real command line: what arrives in the run is compared with what they wrote.
 * The writers are small Python programs of the standard library alone, so that every byte is known.
 */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { importOutputSchema } from '../../../src/cli/output/importOutput.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';

const metricsSchema = z.looseObject({
  series: z.array(
    z.looseObject({
      key: z.string(),
      rank: z.number().nullable(),
      steps: z.array(z.number()),
      values: z.array(z.union([z.number(), z.string()])),
    }),
  ),
});
const shownSchema = z.looseObject({
  result: z.looseObject({ state: z.string(), warnings: z.array(z.string()) }),
  plan: z.looseObject({ name: z.string().optional() }),
});

/** `key[rank]: step=value …` by name. */
async function metrics(project: CliProject, run: string): Promise<string[]> {
  const { document } = await project.json(['metrics', run, '--json']);
  return metricsSchema
    .parse(document)
    .series.map(
      ({ key, rank, steps, values }) =>
        `${key}${rank === null ? '' : `[${rank}]`}: ${steps.map((step, index) => `${step}=${values[index] ?? ''}`).join(' ')}`,
    )
    .sort();
}

async function warnings(project: CliProject, run: string): Promise<string[]> {
  return shownSchema.parse((await project.json(['show', run, '--json'])).document).result.warnings;
}

async function run(project: CliProject, ...words: string[]): Promise<void> {
  const outcome = await project.lockstep(['run', ...words]);
  assert.equal(outcome.code, 0, outcome.stderr);
}

/** Event files of TensorBoard, byte for byte: see reference of TFRecord and event.proto. */
const eventWriter = `
import os, socket, struct, time
def _table():
    out = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
        out.append(n)
    return out
TABLE = _table()
def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ byte) & 255]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17 & 0xFFFFFFFF)) + 0xA282EAD8) & 0xFFFFFFFF
class Writer:
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        name = "events.out.tfevents.%010d.%s.%d.0" % (time.time(), socket.gethostname(), os.getpid())
        self.file = open(os.path.join(folder, name), "ab", 0)
        self.record(struct.pack("<Bd", 9, time.time()) + b"\\x1a\\x0dbrain.Event:2")
    def record(self, data):
        length = struct.pack("<Q", len(data))
        self.file.write(length + struct.pack("<I", masked(length)) + data + struct.pack("<I", masked(data)))
    def scalar(self, tag, value, step):
        tag = tag.encode()
        one = b"\\x0a" + bytes([len(tag)]) + tag + struct.pack("<Bf", 0x15, value)
        summary = b"\\x0a" + bytes([len(one)]) + one
        self.record(struct.pack("<Bd", 9, time.time()) + b"\\x10" + bytes([step]) + b"\\x2a" + bytes([len(summary)]) + summary)
`;

describe('programs that log into files', function () {
  this.timeout(180_000);

  it('arrive in the run by themselves, and by what lockstep.yaml names', async () => {
    await using project = await cliProject({
      'lockstep.yaml': `
metrics:
  files: [{ path: "out/*.jsonl", step: batch, prefix: batches }]
  patterns: ["speed (?<speed>[\\\\d.]+)"]
experiments:
  train:
    command: python3 train.py
    metrics: { patterns: ["bonus=(?<bonus>\\\\d+)"] }
`,
      'events.py': eventWriter,
      'logs/history.csv': 'epoch,old\n0,9\n',
      'train.py': `
import csv, json, os, shutil
from events import Writer
train, valid = Writer("logs/fit/train"), Writer("logs/fit/validation")
for step in range(3):
    train.scalar("loss", 1 / 2 ** step, step)
    valid.scalar("loss", 2 / 2 ** step, step)
with open("logs/history.csv", "w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["epoch", "acc"])
    for epoch in range(3):
        rows.writerow([epoch, epoch / 10])
def lightning(columns, rows):
    os.makedirs("lightning_logs/version_0", exist_ok=True)
    with open("lightning_logs/version_0/metrics.csv", "w") as file:
        file.write(",".join(columns) + "\\n")
        for row in rows:
            file.write(",".join(row) + "\\n")
lightning(["step", "a"], [["0", "1"], ["1", "2"]])
lightning(["step", "a", "b"], [["0", "1", ""], ["1", "2", ""], ["2", "", "5"]])
for value in (7, 8):
    shutil.rmtree("dvclive", ignore_errors=True)
    os.makedirs("dvclive/plots/metrics")
    with open("dvclive/plots/metrics/live.tsv", "a") as file:
        file.write("step\\tlive\\n0\\t%d\\n" % value)
os.makedirs("out")
with open("out/batches.jsonl", "a") as file:
    for batch in range(2):
        file.write(json.dumps({"batch": batch, "seen": 10 * batch}) + "\\n")
print("speed 3.5\\nbonus=1")
`,
    });
    await run(project, 'train');
    const found = await metrics(project, '@1');
    const live = found.filter(line => line.startsWith('live'));
    // A second training of DVCLive in one script is a child run, where the first one was seen before it was deleted.
    assert.match(live.join(), /^live: 0=[78]$/);
    assert.deepEqual(
      found.filter(line => !line.startsWith('live')),
      [
        'a: 0=1 1=2',
        'acc: 0=0 1=0.1 2=0.2',
        'b: 2=5',
        'batches/seen: 0=0 1=10',
        'bonus: 0=1',
        'speed: 0=3.5',
        'train/loss: 0=1 1=0.5 2=0.25',
        'validation/loss: 0=2 1=1 2=0.5',
      ],
    );
    assert.deepEqual(await warnings(project, '@1'), []);

    // What is in the run already is not imported once more.
    for (const path of ['logs', 'dvclive']) {
      const told = importOutputSchema.parse((await project.json(['import', path, '--json'])).document);
      assert.deepEqual([told.recorded.length, told.imported, told.skipped], [1, [], []], path);
      assert.match(
        (await project.lockstep(['import', path])).stderr,
        new RegExp(`already recorded as run ${told.recorded[0]?.id.slice(-6) ?? ''}`),
      );
    }

    // Another command of the repository has its rules, not those of the experiment; nothing of the first run is taken.
    await run(project, '--', 'python3', '-c', 'print("speed 4\\nbonus=1")');
    assert.deepEqual(await metrics(project, '@1'), ['speed: 0=4']);
  });

  it('are told apart when two runs share the folder', async () => {
    const wait = (mine: string, other: string): string => `
import time
open("${mine}.started", "w").close()
import os
while not os.path.exists("${other}.started"): time.sleep(0.02)
`;
    const program = (mine: string, other: string, value: number): string => `
from events import Writer
${wait(mine, other)}
board = Writer("runs/shared")
with open("${mine}.csv", "w") as file:
    file.write("epoch,loss\\n0,${value}\\n")
board.scalar("score", ${value}, 0)
`;
    await using project = await cliProject({
      'events.py': eventWriter,
      'a.py': program('a', 'b', 1),
      'b.py': program('b', 'a', 2),
    });
    await Promise.all([
      run(project, '--name', 'first', '--', 'python3', 'a.py'),
      run(project, '--name', 'second', '--', 'python3', 'b.py'),
    ]);
    assert.deepEqual(await metrics(project, 'first'), ['loss: 0=1', 'score: 0=1']);
    assert.deepEqual(await metrics(project, 'second'), ['loss: 0=2', 'score: 0=2']);
  });

  it('are told apart without the hook by the processes that hold the files', async () => {
    const program = (mine: string, other: string, value: number): string => `
import os, time
from events import Writer
board = Writer("runs/shared")
board.scalar("score", ${value}, 0)
table = open("${mine}.csv", "w")
table.write("epoch,loss\\n0,${value}\\n")
table.flush()
open("closed-${mine}.csv", "w").write("epoch,gone\\n0,1\\n")
open("${mine}.started", "w").close()
while not os.path.exists("${other}.started"): time.sleep(0.02)
for step in range(1, 4):
    time.sleep(0.3)
    table.write("%d,${value}\\n" % step)
    table.flush()
`;
    await using project = await cliProject({
      'events.py': eventWriter,
      'a.py': program('a', 'b', 1),
      'b.py': program('b', 'a', 2),
    });
    await Promise.all([
      run(project, '--no-hook', '--name', 'first', '--', 'python3', 'a.py'),
      run(project, '--no-hook', '--name', 'second', '--', 'python3', 'b.py'),
    ]);
    for (const [name, value] of [
      ['first', 1],
      ['second', 2],
    ] as const) {
      const found = await metrics(project, name);
      const other = `=${3 - value}`;
      assert.ok(found.includes(`score: 0=${value}`), found.join('\n'));
      assert.ok(
        !found.some(line => /^(?:loss|score)/.test(line) && line.includes(`${other} `)),
        found.join('\n'),
      );
    }
  });

  it('give a series for each rank', async () => {
    await using project = await cliProject({
      'events.py': eventWriter,
      'launch.py': `
import os, subprocess, sys
workers = [subprocess.Popen([sys.executable, "worker.py"], env=dict(os.environ, RANK=str(rank))) for rank in range(2)]
sys.exit(max(worker.wait() for worker in workers))
`,
      'worker.py': `
import os
from events import Writer
rank = int(os.environ["RANK"])
board = Writer("runs/x")
for step in range(2):
    board.scalar("loss", rank + step, step)
`,
    });
    await run(project, '--', 'python3', 'launch.py');
    assert.deepEqual(await metrics(project, '@1'), ['loss[0]: 0=0 1=1', 'loss[1]: 0=1 1=2']);
  });

  it('are found among twenty thousand files, links in a circle and folders that cannot be read', async () => {
    await using project = await cliProject({ '.gitignore': 'many/\nlocked/\n', 'x.txt': 'x' });
    for (let folder = 0; folder < 200; folder++) {
      const path = join(project.root, 'many', `folder ${folder}`);
      mkdirSync(path, { recursive: true });
      for (let file = 0; file < 100; file++) writeFileSync(join(path, `${file}.bin`), '');
    }
    mkdirSync(join(project.root, 'locked'));
    await chmod(join(project.root, 'locked'), 0);
    symlinkSync(project.root, join(project.root, 'many', 'logs'));
    const script =
      'mkdir -p "many/new folder/deep" && printf "epoch,loss\\n0,1\\n" > "many/new folder/deep/log.csv"';
    await run(project, '--', 'sh', '-c', `${script}; rm -r many/folder\\ 7`);
    assert.deepEqual(await metrics(project, '@1'), ['loss: 0=1']);
    assert.deepEqual(await warnings(project, '@1'), []);
    await chmod(join(project.root, 'locked'), 0o700);
  });

  it('are read also of a command that is over at once', async () => {
    await using project = await cliProject({ 'old.csv': 'epoch,old\n0,9\n' });
    for (const value of [1, 2]) {
      await run(project, '--', 'sh', '-c', `printf 'epoch,loss\\n0,${value}\\n' > log.csv`);
      assert.deepEqual(await metrics(project, '@1'), [`loss: 0=${value}`]);
    }
  });

  it('cannot hold up the run by a pattern that never comes to its end', async () => {
    await using project = await cliProject({
      'lockstep.yaml': 'metrics: { patterns: ["^(?<x>(a+)+)$", "b=(?<b>\\\\d+)"] }\n',
    });
    await run(project, '--', 'sh', '-c', `for i in 1 2 3 4; do echo ${'a'.repeat(60)}!; echo b=$i; done`);
    assert.deepEqual(await metrics(project, '@1'), ['b: 0=1 1=2 2=3 3=4']);
    assert.match((await warnings(project, '@1')).join(), /\^\(\?<x>\(a\+\)\+\)\$ takes more than/);
  });

  it('are not started with rules that cannot be read', async () => {
    await using project = await cliProject({ 'lockstep.yaml': 'metrics:\n  patterns: ["loss=("]\n' });
    const outcome = await project.lockstep(['run', '--', 'true']);
    assert.equal(outcome.code, 2);
    assert.match(outcome.stderr, /line 2, column 14: metrics\.patterns\.0/);
  });
});
