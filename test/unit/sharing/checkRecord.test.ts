/** The gate for records of strangers: what was shared is taken, and whatever else comes is refused with a reason. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkRecord } from '../../../src/sharing/record/checkRecord.ts';
import { RecordProblem } from '../../../src/sharing/record/recordProblem.ts';
import { hashOf } from '../../../src/sharing/record/hashOf.ts';
import { sharedPlan } from '../../../src/sharing/record/collectRecord.ts';
import { localValue } from '../../../src/sharing/record/neutralText.ts';
import { manifestName, recordFileOf } from '../../../src/sharing/record/manifest.ts';
import { visibleText } from '../../../src/sharing/confirm/visibleText.ts';
import { describeWhatRuns, needsConfirmation } from '../../../src/sharing/confirm/describeWhatRuns.ts';
import type { RunDetails } from '../../../src/runs/runDetails.ts';
import { runIdOfRef, sharedRefOf } from '../../../src/sharing/sharedRef.ts';

const id = '01M8396F2HXXBNE4XH9BVHQ5X8';
const plan = {
  ...{ schemaVersion: 1, id, createdAt: '2026-11-23T04:00:00.000Z', toolVersion: '0.1.0' },
  ...{ root: '/~home/project', cwd: '', argv: ['python3', 'train.py'], stdin: 'empty', tty: false },
  environment: { kind: 'host' },
  interpreter: { known: 'unknown', reason: 'none' },
  code: { known: 'unknown', reason: 'not in git' },
  ...{ parameters: {}, seed: { known: 'unknown', reason: 'none' }, variables: {} },
};

function record(value: unknown = plan, others: Readonly<Record<string, Buffer>> = {}): Map<string, Buffer> {
  const files = new Map(
    Object.entries({ 'record/plan.json': Buffer.from(JSON.stringify(value)), ...others }),
  );
  const named = Object.fromEntries(
    [...files].map(([path, bytes]) => [path, { sha256: hashOf(bytes), size: bytes.length }]),
  );
  const manifest = { schemaVersion: 1, id, toolVersion: '0.1.0', files: named };
  return files.set(manifestName, Buffer.from(JSON.stringify(manifest)));
}

/** Checks, or gives the reason; any other failure is a fault of the gate. */
function check(files: ReadonlyMap<string, Buffer>): string {
  try {
    return checkRecord(id, files).plan.argv.join(' ');
  } catch (error) {
    assert.ok(error instanceof RecordProblem, String(error));
    assert.ok(error.message.length < 500);
    return `refused: ${error.message}`;
  }
}

describe('records of strangers', () => {
  it('are taken as they were shared, also with files that a newer version added', () => {
    assert.equal(check(record()), 'python3 train.py');
    assert.equal(check(record(plan, { 'record/newer.json': Buffer.from('{}') })), 'python3 train.py');
    assert.equal(check(record({ ...plan, newer: { field: 1 } })), 'python3 train.py');
  });

  it('are taken only whole and unchanged, byte for byte', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const files = record();
        const bytes = Buffer.from(files.get('record/plan.json') ?? '');
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        assert.match(check(files.set('record/plan.json', bytes)), /was changed after it was shared/);
      }),
    );
  });

  it('are taken or refused, whatever their plan and manifest say', () => {
    const anything = fc.jsonValue({ depthSize: 'small', stringUnit: 'binary' });
    const field = fc.constantFrom(...Object.keys(plan));
    fc.assert(
      fc.property(field, anything, (name, value) => {
        const outcome = check(record({ ...plan, [name]: value }));
        // What came through leads nowhere and hides nothing.
        if (!outcome.startsWith('refused'))
          // eslint-disable-next-line no-control-regex -- control characters are what this is about
          assert.doesNotMatch(outcome, /[\u0000-\u0008\u001b\u202e]/);
      }),
    );
    fc.assert(
      fc.property(anything, value => {
        check(record().set(manifestName, Buffer.from(JSON.stringify(value))));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        assert.match(check(record().set(manifestName, Buffer.from(bytes))), /^refused/);
      }),
    );
  });

  it('hold nothing but the files of a record', () => {
    for (const path of ['record/plan.json', `record/verdicts/${id}.json`, `children/${id}/metrics.bin`])
      assert.ok(recordFileOf(path), path);
    for (const path of [
      ...[
        'plan.json',
        'record/../plan.json',
        'record/process.json',
        'record/launch.json',
        'record/shared.json',
      ],
      ...[
        'record/verdicts/../../x.json',
        `record/verdicts/${id}.json/x`,
        'children/x/plan.json',
        'record/requests/x',
      ],
    ])
      assert.equal(recordFileOf(path), undefined, path);
  });

  it('have the same bytes whoever shares them on, so that one run is one run everywhere', () => {
    const local = {
      ...plan,
      root: '/home/ana/p',
      variables: { A: { keyedHash: 'x' }, B: { value: '/home/ana' } },
      host: 'box',
    };
    const here = sharedPlan(local, { home: '/home/ana', machine: () => 'machine-012345' });
    const there = localValue(here, '/home/bob');
    const again = sharedPlan(there, { home: '/home/bob', machine: host => host });
    assert.equal(JSON.stringify(again), JSON.stringify(here));
    assert.doesNotMatch(JSON.stringify(here), /ana|keyedHash|box/);
  });

  it('lie under a ref that tells their id, and no other ref does', () => {
    assert.equal(sharedRefOf(id), `refs/lockstep/shared/x8/${id}`);
    assert.equal(runIdOfRef(sharedRefOf(id)), id);
    for (const ref of [
      `refs/heads/${id}`,
      `refs/lockstep/shared/x9/${id}`,
      `refs/lockstep/shared/${id}`,
      `${sharedRefOf(id)}/x`,
    ])
      assert.equal(runIdOfRef(ref), undefined, ref);
  });
});

describe('what a shared run would do', () => {
  const run = {
    id,
    plan: {
      ...plan,
      argv: ['sh', '-c', 'echo a\u001b[2Kb', '\u202egpj.exe'],
      cwd: 'src',
      environment: {
        kind: 'devcontainer',
        container: {
          ...{ engine: 'docker', id: 'c', imageId: 'sha256:abc', repoDigests: ['evil/image@sha256:abc'] },
          ...{ workspaceFolder: '/w', passed: { Privileged: true, CapAdd: ['SYS_ADMIN'] } },
          mounts: [{ type: 'bind', source: '/', target: '/host' }],
        },
      },
      variables: { LD_PRELOAD: { value: '/tmp/evil.so' } },
      stdin: 'stored',
      code: {
        known: 'captured',
        value: {
          ...{ tree: 'a'.repeat(40), changed: [], changedCount: 0 },
          submodules: [
            { path: 'lib', head: 'b'.repeat(40), tree: 'c'.repeat(40), dirty: true, url: 'https://h/l' },
          ],
        },
      },
    },
    captured: { inputs: [{ path: '/etc/shadow', how: 'seen' }] },
    shared: {
      schemaVersion: 1,
      remote: 'origin',
      url: 'https://h/r',
      commit: 'c',
      fetchedAt: '',
      sharedBy: 'a\u202eb',
    },
  } as unknown as RunDetails;

  it('is said in full, with every hidden character spelt out', () => {
    const { from, parts } = describeWhatRuns(run, {
      place: 'checkout',
      input: { size: 40, sha256: 'd'.repeat(64), start: 'import os\nos.system("x\u001b[2K")\n' },
      packages: [
        { name: 'numpy', version: '2.0.1' },
        { name: 'six', version: '1.17.0', url: 'file:///tmp/six.whl' },
        { name: 'own', version: '1', vcs: 'git', url: 'https://h/own@abc' },
        { name: 'here', version: '1', editable: true, location: '/src/here' },
      ],
    });
    const text = [from, ...parts.flatMap(({ label, lines }) => lines.map(line => `${label}: ${line}`))].join(
      '\n',
    );
    for (const said of [
      ...['echo a\\x1b[2Kb', '\\u202egpj.exe', 'folder: src in a private checkout', 'evil/image@sha256:abc'],
      ...['standard input: os.system("x\\x1b[2K")', 'packages: six 1.17.0 from file:///tmp/six.whl'],
      ...['packages: own 1 from git https://h/own@abc', 'packages: here 1 from /src/here, editable'],
      ...['submodule lib: commit bbbbbbbbbbbb, files cccccccccccc, changed, of https://h/l'],
      ...['pulled by its digest, else built from the devcontainer of the code'],
      ...['had bind / at /host; it is not given here', 'Privileged, CapAdd', 'LD_PRELOAD=/tmp/evil.so'],
      ...[
        'reads: /etc/shadow',
        'standard input: stored with the run, 40 bytes, SHA-256 dddddddd',
        'shared by a\\u202eb in origin (https://h/r)',
        'network:',
      ],
      ...['a container of its own', 'never on this machine itself'],
    ])
      assert.ok(text.includes(said), `${said}\n${text}`);
    const links = [
      { path: 'out', target: '/scratch/\u202eme' },
      { path: 'data', target: '../data' },
    ];
    const result = { ...run.result, outputs: [{ path: 'out/x.json', how: 'seen' }] } as NonNullable<
      RunDetails['result']
    >;
    assert.deepEqual(describeWhatRuns({ ...run, result }, { place: 'checkout', links }).parts[0], {
      label: 'links',
      lines: [
        'out leads out of the checkout, to /scratch/\\u202eme: the run wrote through it; a folder or file of its own takes its place',
        'data leads out of the checkout, to ../data: what lies there can be read, and written to as you can',
      ],
    });
    // Another place is another thing to agree to.
    const host = JSON.stringify(describeWhatRuns(run, { place: 'host' }).parts);
    assert.match(host, /this machine, as you, with all that you can read and write: not the container/);
    assert.match(host, /as this machine has it/);
  });

  it('takes a yes once for each kind of place, and none for runs of one’s own', () => {
    assert.equal(needsConfirmation(run), true);
    const yes = { ...(run.shared ?? assert.fail()), confirmedAt: 'now' };
    // As records of before have it, too.
    for (const shared of [yes, { ...yes, confirmedFor: ['checkout'] }]) {
      assert.equal(needsConfirmation({ shared }, 'checkout'), false);
      for (const place of ['host', 'workspace'] as const)
        assert.equal(needsConfirmation({ shared }, place), true);
    }
    assert.equal(needsConfirmation({ shared: { ...yes, confirmedFor: ['workspace'] } }), true);
    assert.match(
      JSON.stringify(describeWhatRuns(run, { place: 'workspace' }).parts),
      /src in this workspace, among your files/,
    );
    assert.equal(
      needsConfirmation({ shared: { ...(run.shared ?? assert.fail()), confirmedAt: 'now' } }),
      false,
    );
    assert.equal(needsConfirmation({}), false);
  });

  it('never prints what a terminal would obey', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        assert.doesNotMatch(visibleText(text), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      }),
    );
  });
});
