/** An exported run, read by the reference library for RO-Crates. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';

const reader = `
import json, sys, zipfile
from rocrate.rocrate import ROCrate
zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])
crate = ROCrate(sys.argv[2])
action = crate.root_dataset["mentions"]
print(json.dumps({
    "profile": crate.root_dataset["conformsTo"].id,
    "type": action.type,
    "instrument": action["instrument"].id,
    "results": sorted(one["name"] for one in action["result"]),
    "files": sorted(entity.id for entity in crate.data_entities),
}))
`;

describe('RO-Crate', function () {
  this.timeout(120_000);

  it('reads an exported run as a Process Run Crate', async function () {
    const { python } = peerOrSkip(this, 'rocrate');
    await using project = await cliProject({
      'a train.py': 'print(\'{"step": 1, "loss": 0.5}\')\nopen("model", "w").write("m")\n',
    });
    await project.lockstep(['run', '--', 'python3', 'a train.py']);
    const zip = join(project.repository.home, 'run.zip');
    const exported = await project.lockstep(['share', 'export', '@1', '--output', zip]);
    assert.equal(exported.code, 0, exported.stderr);
    const args = ['-c', reader, zip, join(project.repository.home, 'crate')];
    const read = await runCommand({ program: python, args, env: project.environment });
    assert.equal(read.exitCode, 0, read.stderr);
    assert.deepEqual(JSON.parse(read.stdout.toString('utf8')), {
      profile: 'https://w3id.org/ro/wfrun/process/0.5',
      type: 'CreateAction',
      instrument: 'code/a%20train.py',
      results: ['loss', 'model'],
      files: [
        'code/',
        'code/a%20train.py',
        'compare.py',
        'expected.json',
        'record/',
        'reproduce.sh',
        'requirements.txt',
      ],
    });
  });
});
