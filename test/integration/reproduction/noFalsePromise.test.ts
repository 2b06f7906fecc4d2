/** A forecast promises no verdict that cannot come: for each program it is asked first, and then held to its word. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forecastSchema, type Forecast } from '../../../src/runs/forecast.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema, type Verdict } from '../../../src/runs/verdict.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const files = {
  '.gitignore': 'out/\n__pycache__/\n.env\n',
  'words.py': 'print("trained")\n',
  'seeds.yaml': 'seed: 12_345\n',
  'seeds.py': `
import json, os, random, sys, time
stated = int(open('seeds.yaml').read().split()[1])
seeds = {
    'clock': lambda: random.seed(int(time.time())),
    'nanoseconds': lambda: random.seed(time.time_ns()),
    'process': lambda: random.seed(os.getpid()),
    'system': lambda: random.seed(random.SystemRandom().randint(10 ** 6, 10 ** 12)),
    'text': lambda: random.seed(str(time.time())),
    'again': lambda: (random.seed(7), random.seed()),
    'literal': lambda: random.seed(0x5EED),
    'configured': lambda: random.seed(stated),
    'argument': lambda: random.seed(int(sys.argv[2])),
    'quoted': lambda: random.seed('fold one'),
    'derived': lambda: (random.seed(2024), random.seed(random.randrange(10 ** 9))),
}
seeds[sys.argv[1]]()
for step in range(3):
    print(json.dumps({'step': step, 'loss': random.random()}))
`,
  // A machine of the range for examples, which never answers; what it would have said is the number of the process.
  'asks.py': `
import json, os, random, socket, sys
with socket.socket() as asked:
    asked.setblocking(False)
    asked.connect_ex(('192.0.2.7', 8080))
random.seed(7)
answer = 2 + os.getpid() if sys.argv[1] == 'other' else 1
for step in range(3):
    print(json.dumps({'step': step, 'loss': random.random() + answer}))
`,
  'adds.sh': 'python3 line.py >> out/results.csv\n',
  'env.py': 'import json\nprint(json.dumps({"step": 0, "loss": len(open(".env").read())}))\n',
  'anew.sh': 'python3 line.py > out/anew.csv\n',
  'line.py': 'print("3,0.5")\n',
  'slow.py': `
import json, time
for step in range(1, 4):
    print(json.dumps({'step': step, 'loss': 1 / step}), flush=True)
while True:
    time.sleep(0.05)
`,
};

describe('a forecast promises no more than the verdict can say', function () {
  this.timeout(120_000);
  let project: CliProject;

  before(async () => {
    project = await cliProject(files);
  });
  after(() => project[Symbol.asyncDispose]());

  async function run(...words: string[]): Promise<string> {
    const { code, document } = await project.json(['run', '--json', '--', ...words]);
    assert.equal(code, 0, JSON.stringify(document));
    return (document as { id: string }).id;
  }

  async function forecast(...words: string[]): Promise<Forecast> {
    return forecastSchema.parse(
      (await project.json(['reproduce', ...words, '--forecast', '--json'])).document,
    );
  }

  async function verdict(...words: string[]): Promise<Verdict> {
    return verdictSchema.parse((await project.json(['reproduce', ...words, '--json'])).document);
  }

  it('where nothing that counts was logged or written', async () => {
    const id = await run('python3', 'words.py');
    const { sentence, unproven } = await forecast(id);
    assert.match(sentence, /^The verdict will be inconclusive.*no metric and no output that counts/);
    assert.notEqual(unproven, undefined);
    assert.equal((await verdict(id)).verdict, 'inconclusive');
  });

  for (const how of ['clock', 'nanoseconds', 'process', 'system', 'text', 'again'])
    it(`where a program draws its seed anew: ${how}`, async () => {
      const id = await run('python3', 'seeds.py', how);
      const { sentence, unproven, items } = await forecast(id);
      assert.match(sentence, /^Equal bits are possible, and not certain.*: random\.seed /);
      assert.notEqual(unproven, undefined);
      assert.ok(
        items.some(one => one.ingredient === 'parameters' && one.availability === 'unknown'),
        JSON.stringify(items),
      );
    });

  for (const how of ['literal', 'configured', 'argument', 'quoted', 'derived'])
    it(`and as much, where a seed is stated: ${how}`, async () => {
      const id = await run('python3', 'seeds.py', how, '987654');
      assert.match((await forecast(id)).sentence, /^Expected to be identical to the last bit/);
    });

  it('and a verdict calls no parameters the same where one generator starts at random', async () => {
    const id = await run('python3', 'seeds.py', 'again');
    const { ingredients, cause } = await verdict(id);
    assert.equal(ingredients.find(({ name }) => name === 'parameters')?.status, 'unknown');
    assert.match(cause ?? '', /the numbers of random\.seed at random \(seeds\.py:\d+\) are others each time/);
  });

  it('where another machine was asked, until a reproduction had the same answer', async () => {
    const id = await run('python3', 'asks.py', 'same');
    const { sentence, items } = await forecast(id);
    assert.match(
      sentence,
      /^Equal bits are possible, and not certain.*: what 192\.0\.2\.7:8080 answers is not known beforehand/,
    );
    assert.ok(items.some(one => one.ingredient === 'data' && one.availability === 'unknown'));
    const { verdict: word, ingredients } = await verdict(id);
    assert.equal(word, 'identical');
    assert.equal(ingredients.find(({ name }) => name === 'data')?.status, 'unknown');
    assert.doesNotMatch((await forecast(id)).sentence, /192\.0\.2\.7/);
  });

  it('and a verdict says that the answer of another machine is not recorded', async () => {
    const { verdict: word, cause } = await verdict(await run('python3', 'asks.py', 'other'));
    assert.equal(word, 'diverged');
    assert.match(cause ?? '', /what 192\.0\.2\.7:8080 answered is not recorded/);
  });

  it('where a shell adds to a file whose earlier lines nobody recorded', async () => {
    await mkdir(join(project.root, 'out'), { recursive: true });
    await writeFile(join(project.root, 'out', 'results.csv'), '1,0.9\n2,0.7\n');
    const id = await run('sh', 'adds.sh');
    const { sentence, items } = await forecast(id);
    assert.doesNotMatch(sentence, /^Expected/);
    const item = items.find(({ what }) => what === 'out/results.csv');
    assert.match(
      item?.reason ?? '',
      /^it existed before the run, and a program that nobody observed wrote to it/,
    );
    const { verdict: word, sentence: first } = await verdict(id);
    assert.deepEqual(
      [word, /^Inconclusive: out\/results\.csv could not be compared/.test(first)],
      ['inconclusive', true],
      first,
    );
  });

  it('where a file with secrets was written to since', async () => {
    const secrets = join(project.root, '.env');
    await writeFile(secrets, 'LEVEL=1\n');
    const id = await run('python3', 'env.py');
    const of = async (): Promise<string | undefined> =>
      (await forecast(id)).items.find(({ what }) => what === '.env')?.availability;
    assert.equal(await of(), 'here');
    await writeFile(secrets, 'LEVEL=10\n');
    assert.equal(await of(), 'unknown');
    assert.match((await forecast(id)).sentence, /not certain.*\.env is not known beforehand/);
  });

  it('and as much of a file that a shell writes anew each time', async () => {
    await run('sh', 'anew.sh');
    const id = await run('sh', 'anew.sh');
    const { verdict: word, outputs, ingredients } = await verdict(id);
    assert.notEqual(word, 'inconclusive');
    assert.deepEqual(
      outputs.map(({ path, verdict: one }) => [path, one]),
      [['out/anew.csv', 'identical']],
    );
    assert.doesNotMatch(JSON.stringify(ingredients), /anew\.csv/);
  });

  it('where the original was cancelled, and names the part that can be compared', async () => {
    const { document } = await project.json(['run', '--json', '--detach', '--', 'python3', 'slow.py']);
    const { id } = document as { id: string };
    const runs = new RunStore(join(project.root, '.git', 'lockstep'));
    await waitFor('its third step', async () =>
      (await project.lockstep(['logs', id])).stdout.includes('"step": 3'),
    );
    await project.lockstep(['cancel', id]);
    await waitFor('its end', async () => (await runs.read(id)).result);
    const whole = await forecast(id);
    assert.match(
      whole.sentence,
      /^The verdict will be inconclusive: the original was cancelled .*--steps 3\.$/,
    );
    const part = await forecast(id, '--steps', '3');
    assert.doesNotMatch(part.sentence, /inconclusive/);
    assert.equal((await verdict(id, '--steps', '3')).verdict, 'identical');
  });
});
