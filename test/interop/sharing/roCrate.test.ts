/** An exported run, read by the reference library for RO-Crates and held to its profile by the validator. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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

/** Prints names and hashes of what the statement vouches for, after reading it and its predicate by their definitions. */
const attestationReader = `
import json, sys
from google.protobuf import json_format
from in_toto_attestation.v1 import statement, statement_pb2
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
read = json_format.Parse(open(sys.argv[1]).read(), statement_pb2.Statement())
statement.Statement.copy_from_pb(read).validate()
predicate = json_format.Parse(json_format.MessageToJson(read.predicate), provenance_pb2.Provenance())
definition = predicate.build_definition
print(json.dumps([
    read.predicate_type,
    {one.name: dict(one.digest) for one in read.subject},
    list(definition.external_parameters["command"]),
    [one.name or one.uri.split("@")[0] for one in definition.resolved_dependencies][:1],
    bool(predicate.run_details.builder.id and predicate.run_details.metadata.started_on.seconds),
]))
`;

/** Prints severity and message of each finding. What it would ask the network for is answered here. */
const validator = `
import io, json, pathlib, sys
import requests, rocrate
from rocrate_validator import models, services
terms = "https://w3id.org/ro/terms/workflow-run#"
names = ["ContainerImage", "containerImage", "environment", "registry", "sha256"]
here = {
    "https://w3id.org/ro/crate/1.1/context": json.loads(
        (pathlib.Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text()),
    "https://w3id.org/ro/terms/workflow-run/context": {"@context": {name: terms + name for name in names}},
}
def send(session, request, **settings):
    if request.url not in here:
        raise requests.ConnectionError(request.url)
    response = requests.Response()
    response.status_code, response.url, response.request = 200, request.url, request
    response.headers["Content-Type"] = "application/ld+json"
    response.raw = io.BytesIO(json.dumps(here[request.url]).encode())
    return response
requests.Session.send = send
found = services.validate(services.ValidationSettings(
    rocrate_uri=models.URI(sys.argv[1]), profile_identifier="process-run-crate-0.5",
    requirement_severity=models.Severity.RECOMMENDED, no_cache=True))
print(json.dumps([[issue.severity.name, issue.message] for issue in found.get_issues()]))
`;

/** What a run does not know, and nobody makes up: where its program is published, and for whom people work. */
const unknowable = [
  /^The Application SHOULD have a url/,
  /^The SoftwareApplication id SHOULD be an absolute URI/,
  /^The `publisher` property of a `Root Data Entity` SHOULD be an `Organization`/,
  /^The author SHOULD have (?:an organizational affiliation|a Contextual Entity which specifies)/,
];

describe('RO-Crate', function () {
  this.timeout(120_000);
  let place: string;

  // Without a space: the validator takes a path for a URI as it is.
  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'crates-'));
  });
  after(() => rm(place, { recursive: true, force: true }));

  it('finds all that the profile requires, and of what it recommends all that a run knows', async function () {
    const { python } = peerOrSkip(this, 'rocValidator');
    await using project = await cliProject({
      'train.py': 'print(\'{"step": 1, "loss": 0.5}\')\nopen("model", "w").write("m")\n',
      'fails.py': 'print(\'{"step": 1, "loss": 0.5}\')\nraise SystemExit(3)\n',
    });
    await project.repository.git('config', 'user.name', 'ana');
    const crate = async (name: string, ...command: string[]): Promise<string> => {
      await project.lockstep(['run', '--', ...command]);
      const [zip, folder] = [join(project.repository.home, `${name}.zip`), join(place, name)];
      const exported = await project.lockstep(['share', 'export', '@1', '--output', zip]);
      assert.equal(exported.code, 0, exported.stderr);
      await runCommand({ program: python, args: ['-m', 'zipfile', '-e', zip, folder] });
      return folder;
    };
    const without = await crate('without', 'python3', 'train.py', '--lr', '0.1');
    await project.repository.write({ LICENSE: 'Do as you like.\n' });
    const licensed = await crate('licensed', 'python3', 'fails.py');
    for (const folder of [without, licensed]) {
      const args = ['-c', validator, folder];
      const { exitCode, stdout, stderr } = await runCommand({
        program: python,
        args,
        env: project.environment,
      });
      assert.equal(exitCode, 0, stderr);
      const lines = stdout.toString('utf8').trim().split('\n');
      const issues = JSON.parse(lines.at(-1) ?? '') as readonly (readonly [
        severity: string,
        message: string,
      ])[];
      const unexpected = issues.filter(
        ([severity, message]) => severity === 'REQUIRED' || !unknowable.some(one => one.test(message)),
      );
      assert.deepEqual(unexpected, [], folder);
    }
  });

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
        'README.md',
        'code/',
        'code/a%20train.py',
        'compare.py',
        'expected.json',
        'provenance.intoto.json',
        'record/',
        'reproduce.sh',
        'requirements.txt',
      ],
    });
  });

  it('holds a statement that readers of in-toto and SLSA take', async function () {
    const { python } = peerOrSkip(this, 'inToto');
    await using project = await cliProject({ 'train.py': 'open("model", "w").write("m")\n' });
    await project.lockstep(['run', '--', 'python3', 'train.py']);
    const [zip, folder] = [join(project.repository.home, 'run.zip'), join(project.repository.home, 'run')];
    const exported = await project.lockstep(['share', 'export', '@1', '--output', zip]);
    assert.equal(exported.code, 0, exported.stderr);
    const env = project.environment;
    await runCommand({ program: python, args: ['-m', 'zipfile', '-e', zip, folder], env });
    const args = ['-c', attestationReader, join(folder, 'provenance.intoto.json')];
    const read = await runCommand({ program: python, args, env });
    assert.equal(read.exitCode, 0, read.stderr);
    assert.deepEqual(JSON.parse(read.stdout.toString('utf8')), [
      'https://slsa.dev/provenance/v1',
      { model: { sha256: '62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a' } },
      ['python3', 'train.py'],
      ['code'],
      true,
    ]);
  });
});
