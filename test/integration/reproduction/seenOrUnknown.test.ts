/** What a run read, ran and wrote is known, or said to be unknown: with the programs and files of everyday projects. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { causeReportSchema } from '../../../src/runs/causeReport.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import type { Forecast } from '../../../src/runs/forecast.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { waitFor } from '../../helpers/waitFor.ts';
import type { CliOptions, CliProject } from '../../helpers/lockstepCli.ts';

const files = {
  '.gitignore': '_version.py\n*.so\n.venv/\nconf/local.py\n.env\n*.bin\n',
  'fast/__init__.py': 'from ._version import V\nfrom . import _lsprof\n',
  'ignored.py': `
import json
import fast
from conf import local
secret = float(open('.env').read().split('=')[1])
print(json.dumps({'step': 1, 'n': local.K + fast.V + secret}))
`,
  'children.py': `
import json, platform, subprocess, sys
head = subprocess.check_output(['git', 'rev-parse', 'HEAD'])
subprocess.run([sys.executable, '-c', 'import json'], check=True)
print(json.dumps({'step': 1, 'n': len(head) + len(platform.processor()) * 0}))
if len(sys.argv) > 1:
    subprocess.run(['sh', '-c', 'date +%N > "$1"', 'sh', sys.argv[1]], check=True)
`,
  'hashes.py': `
import json
names = list({'a%d' % n for n in range(40)})
print(json.dumps({'step': 1, 'n': sum(place * int(name[1:]) for place, name in enumerate(names))}))
`,
  'late.py': 'K = 1\n',
  // Loads its module, and ends, when it is let.
  'slow.py': `
import json, os, sys, time
def gate(name):
    with open(sys.argv[1] + name + '.bin', 'w') as file:
        file.write(name)
    while not os.path.exists(os.path.join(os.environ['GATE'], sys.argv[1] + name)):
        time.sleep(0.02)
gate('start')
import late
print(json.dumps({'step': 1, 'n': late.K}))
gate('end')
`,
  'package.py': `
import json
import demo
print(json.dumps({'step': 1, 'n': demo.V}))
`,
  'run.sh': '.venv/bin/python inner.py\n',
  'inner.py': `
import json, sys
import zz
print(json.dumps({'step': 1, 'n': zz.V + sys.prefix.endswith('.venv')}))
`,
  'leaves.py': `
import json, os, time
print(json.dumps({'step': 1, 'n': 1}), flush=True)
if os.fork() == 0:
    while not os.path.exists(os.environ['GATE']):
        time.sleep(0.05)
    os._exit(0)
`,
  'sizes.yaml': 'data: config.bin\n',
  // Opens files as compiled libraries do.
  'native.py': `
import ctypes, json, os, sys, time
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
def name(stem):
    return stem + '.bin'
def size(path):
    file = libc.fopen(path.encode(), b'r')
    content = ctypes.create_string_buffer(10)
    return libc.fread(content, 1, 10, ctypes.c_void_p(file)) if file else 0
sizes = [size(name) for name in [sys.argv[1], open('sizes.yaml').read().split()[1], 'code.bin', name('held')]]
while not os.path.exists(os.environ['GATE']):
    time.sleep(0.05)
print(json.dumps({'step': 1, 'n': sum(sizes)}))
`,
  'outside.py': `
import json
import beside
print(json.dumps({'step': 1, 'n': beside.V}))
`,
};

const install = `
import base64, hashlib, os, sysconfig, time
site = sysconfig.get_path('purelib')
os.mkdir(os.path.join(site, 'demo-1.0.dist-info'))
digest = base64.urlsafe_b64encode(hashlib.sha256(b'V = 1').digest()).rstrip(b'=').decode()
for name, text in [
    ('demo.py', 'V = 1'),
    ('demo-1.0.dist-info/METADATA', 'Name: demo\\nVersion: 1.0\\n'),
    ('demo-1.0.dist-info/RECORD', 'demo.py,sha256=' + digest + ',5\\n'),
]:
    with open(os.path.join(site, name), 'w') as file:
        file.write(text)
    os.utime(os.path.join(site, name), (time.time() - 60, time.time() - 60))
`;

describe('what a run read, ran and wrote is known, or said to be unknown:', function () {
  this.timeout(240_000);
  let project: CliProject;
  let lib: string;

  before(async () => {
    project = await cliProject(files);
    lib = join(project.root, '..', 'lib');
    for (const folder of [lib, join(project.root, 'conf')]) await mkdir(folder);
    await put('fast/_version.py', 'V = 1\n');
    await put('conf/local.py', 'K = 2\n');
    await put('.env', 'A=3\n');
    await put('../lib/beside.py', 'V = 1\n');
    // An extension of Python's own, as one that was built in place.
    await project.lockstep([
      ...['run', '--', 'python3', '-c'],
      "import _lsprof, os, shutil; shutil.copy(_lsprof.__file__, os.path.join('fast', os.path.basename(_lsprof.__file__)))",
    ]);
  });
  after(() => project[Symbol.asyncDispose]());

  function put(path: string, content: string): Promise<void> {
    return writeFile(join(project.root, path), content);
  }

  async function run(words: readonly string[], options?: CliOptions): Promise<string> {
    const { code, document } = await project.json(['run', '--json', '--', ...words], options);
    assert.equal(code, 0, JSON.stringify(document));
    return (document as { id: string }).id;
  }

  async function reproduce(id: string, options?: CliOptions): Promise<Verdict> {
    return verdictSchema.parse((await project.json(['reproduce', id, '--json'], options)).document);
  }

  async function forecast(id: string): Promise<Forecast> {
    return forecastSchema.parse((await project.json(['reproduce', id, '--forecast', '--json'])).document);
  }

  function rowOf({ ingredients }: Pick<Verdict, 'ingredients'>, name: string): string {
    const { status, differences } = ingredients.find(one => one.name === name) ?? {};
    return [status, ...(differences ?? [])].join('; ');
  }

  it('modules that git ignores are given to a reproduction, and secrets are lent to one’s own', async () => {
    const id = await run(['python3', 'ignored.py']);
    const { items } = await forecast(id);
    const told = items.map(one => `${one.ingredient} ${one.what} ${one.availability}`);
    for (const path of ['conf/local.py', 'fast/_version.py'])
      assert.ok(told.includes(`code ${path} here`), told.join('\n'));
    assert.ok(
      told.some(line => /^code fast\/_lsprof.*\.so here$/.test(line)),
      told.join('\n'),
    );
    assert.ok(told.includes('data .env here'), told.join('\n'));
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(rowOf(verdict, 'code'), 'same');
    assert.equal(rowOf(verdict, 'data'), 'unknown; .env was read, and what it holds is not recorded');

    await put('conf/local.py', 'K = 22\n');
    await rm(join(project.root, '.env'));
    const later = await forecast(id);
    assert.match(later.sentence, /conf\/local\.py/);
    const secrets = later.items.filter(one => one.what === '.env');
    assert.deepEqual(
      secrets.map(({ availability, mend }) => [availability, mend]),
      [['unknown', 'Put .env there yourself.']],
    );
  });

  it('what programs of other kinds did caps a verdict by their names, and harmless ones cap nothing', async () => {
    const harmless = await run(['python3', 'children.py']);
    const same = await reproduce(harmless);
    assert.equal(same.verdict, 'identical', JSON.stringify(same, null, 1));
    const id = await run(['python3', 'children.py', join(lib, 'model.bin')]);
    const cap = 'unverified inputs of the original: what sh read and wrote was not observed';
    assert.ok((await forecast(id)).caps.includes(cap));
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'within-tolerance', JSON.stringify(verdict, null, 1));
    assert.deepEqual(verdict.caps, [cap]);
    assert.equal(rowOf(verdict, 'data'), 'unknown; what sh read and wrote was not observed');
  });

  it('a hash seed that no run had is unknown, named before what is guessed, and found', async () => {
    const id = await run(['python3', 'hashes.py']);
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'diverged', JSON.stringify(verdict, null, 1));
    assert.match(rowOf(verdict, 'determinism'), /^unknown; hash seed unknown in both runs$/);
    assert.match(verdict.cause ?? '', /^No recorded ingredient differs\. PYTHONHASHSEED was not set/);
    const found = await project.json(['find-cause', id, '--yes', '--json']);
    const { sentence, culprit } = causeReportSchema.parse(found.document);
    assert.equal(found.code, 0, JSON.stringify(found.document));
    assert.equal(culprit?.restored, 'PYTHONHASHSEED=0');
    assert.match(sentence, /^The cause is a setting that no run had: with PYTHONHASHSEED=0, two runs equal/);
  });

  it('code that was edited meanwhile is told, put back or not, unless the run had read it before', async () => {
    const options = { env: { GATE: lib } };
    /** Runs it with its module edited before it is loaded, and after that. */
    const edited = async (name: string, before?: string, after?: string): Promise<string> => {
      await put('late.py', 'K = 1\n');
      const running = project.lockstep(['run', '--name', name, '--', 'python3', 'slow.py', name], options);
      for (const [at, content] of [
        ['start', before],
        ['end', after],
      ] as const) {
        await waitFor(`the ${at} of ${name}`, () => existsSync(join(project.root, `${name}${at}.bin`)));
        if (content !== undefined) await put('late.py', content);
        await put(`../lib/${name}${at}`, '');
      }
      return (await running).stderr;
    };
    const told = 'late.py was changed while it ran, before it was read';
    for (const [name, after] of [['edited'], ['back', 'K = 1\n']] as const) {
      const stderr = await edited(name, 'K = 22\n', after);
      assert.ok(stderr.includes(`lockstep: ${told}\n`), stderr);
      assert.match((await project.lockstep(['show', name])).stdout, new RegExp(`${told}\n`));
      const verdict = await reproduce(name, options);
      assert.equal(verdict.verdict, 'inconclusive', JSON.stringify(verdict, null, 1));
      assert.match(verdict.sentence, /^Inconclusive: late\.py was changed while the original ran/);
      const line = 'late.py was changed while the original ran, before it was read';
      assert.equal(rowOf(verdict, 'code'), `differs; ${line}`);
      assert.match(verdict.cause ?? '', new RegExp(`What differs: code \\(${line}\\)`));
    }
    const stderr = await edited('after', undefined, 'K = 22\n');
    assert.doesNotMatch(stderr, /late\.py/);
    const verdict = await reproduce('after', options);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
  });

  it('an environment in the repository that only a script starts is there for a reproduction', async () => {
    const install =
      "import os, sysconfig; open(os.path.join(sysconfig.get_path('purelib'), 'zz.py'), 'w').write('V = 1')";
    await run(['sh', '-c', `python3 -m venv --without-pip .venv && .venv/bin/python -c "${install}"`]);
    const ids = [
      await run(['bash', 'run.sh']),
      await run(['bash', '-c', 'source .venv/bin/activate && python inner.py']),
    ];
    for (const id of ids) {
      const verdict = await reproduce(id);
      assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    }
    const [id = ''] = ids;
    const itemOf = async (): Promise<string | undefined> =>
      (await forecast(id)).items.find(one => one.what === '.venv')?.availability;
    assert.equal(await itemOf(), 'here');
    await rm(join(project.root, '.venv'), { recursive: true });
    assert.equal(await itemOf(), 'gone');
  });

  it('a process that is left behind is told at the end, and caps the verdict', async () => {
    const gate = join(lib, 'leave');
    const options = { env: { GATE: gate } };
    const { stderr } = await project.lockstep(['run', '--', 'python3', 'leaves.py'], options);
    const line =
      /1 process that it started is still running \(\w+[\d.]*\): what it writes now is not recorded/;
    assert.match(stderr, line);
    assert.match((await project.lockstep(['show', '@1'])).stdout, line);
    await put('../lib/leave', '');
    const verdict = await reproduce('@1', options);
    assert.equal(verdict.verdict, 'within-tolerance', JSON.stringify(verdict, null, 1));
    assert.match(
      verdict.caps.join(),
      /^the original left a process behind \(\w+[\d.]*\), which may still write$/,
    );
  });

  it('files that compiled code opens are given where they are named, or found open', async () => {
    const gate = join(lib, 'native');
    const options = { env: { GATE: gate } };
    for (const [name, size] of [
      ['word', 2] as const,
      ['config', 3] as const,
      ['code', 3] as const,
      ['held', 4] as const,
    ])
      await put(`${name}.bin`, 'x'.repeat(size));
    const started = await project.json(
      ['run', '--detach', '--json', '--', 'python3', 'native.py', 'word.bin'],
      options,
    );
    const { id, dir } = started.document as { id: string; dir: string };
    // Written with the look at its processes.
    const resources = join(dir, 'resources.bin');
    await waitFor('a look at its processes', () => existsSync(resources) && statSync(resources).size > 0);
    await put('../lib/native', '');
    await waitFor('what was captured', () => existsSync(join(dir, 'captured.json')));
    const { items } = await forecast(id);
    const here = items.filter(one => one.ingredient === 'data').map(one => `${one.what} ${one.availability}`);
    assert.deepEqual(here, ['code.bin here', 'config.bin here', 'held.bin here', 'word.bin here']);
    const verdict = await reproduce(id, options);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    assert.equal(rowOf(verdict, 'data'), 'unknown; held.bin may have been read by the original only');
  });

  it('a package that was edited where it is installed is named', async () => {
    const python = '.venv/bin/python';
    await run(['python3', '-m', 'venv', '--without-pip', '.venv']);
    // As an installer puts it there.
    await run([python, '-c', install]);
    const id = await run([python, 'package.py']);
    const same = await reproduce(id);
    assert.equal(same.verdict, 'identical', JSON.stringify(same, null, 1));
    await run([python, '-c', "import demo; open(demo.__file__, 'w').write('V = 22')"]);
    const verdict = await reproduce(id);
    assert.equal(verdict.verdict, 'diverged', JSON.stringify(verdict, null, 1));
    const line = 'demo 1.0 edited in place: demo.py (now only)';
    assert.equal(rowOf(verdict, 'environment'), `differs; ${line}`);
    assert.ok(verdict.cause?.includes(`What differs: environment (${line}). Other code of a package ran.`));
    await rm(join(project.root, '.venv'), { recursive: true });
  });

  it('code of another repository is named where it differs, and before', async () => {
    const options = { env: { PYTHONPATH: lib } };
    const id = await run(['python3', 'outside.py'], options);
    const same = await reproduce(id, options);
    assert.equal(same.verdict, 'identical', JSON.stringify(same, null, 1));
    await put('../lib/beside.py', 'V = 22\n');
    assert.match((await forecast(id)).sentence, /beside\.py \(it has changed since the run\)/);
    const other = await reproduce(id, options);
    assert.match(rowOf(other, 'code'), /^differs; .*beside\.py \w{7} → \w{7}/);
    assert.match(other.cause ?? '', /beside\.py/);
    assert.match(other.cause ?? '', /other code ran/i);
  });
});
