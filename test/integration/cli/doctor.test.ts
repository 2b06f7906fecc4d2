/** `lockstep doctor` on machines where something is missing: every lack is named with what mends it. */
import assert from 'node:assert/strict';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../../src/base/findProgram.ts';
import { checkEngine } from '../../../src/cli/doctor/checkEngine.ts';
import { doctorOutputSchema, type DoctorCheck } from '../../../src/cli/output/doctorOutput.ts';
import { cliInProcess } from '../../helpers/cliInProcess.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';
import { smallDiskOrSkip } from '../../helpers/remotes/smallDisk.ts';

describe('lockstep doctor', function () {
  this.timeout(120_000);
  let repository: GitRepository;
  let machines = 0;

  before(async () => {
    repository = await gitRepository({ 'a.txt': 'a' });
  });
  after(() => repository.remove());

  /** A PATH with these programs alone: those of this machine where there is no script for them. */
  async function pathOf(programs: Readonly<Record<string, string | true>>): Promise<string> {
    const folder = join(repository.home, `machine ${machines++}`);
    await mkdir(folder);
    for (const [name, script] of Object.entries(programs)) {
      const real =
        (await findProgram(name, { cwd: '/', variables: repository.environment })) ?? '/usr/bin/false';
      if (script === true) await symlink(real, join(folder, name));
      else {
        await writeFile(join(folder, name), `#!/bin/sh\n${script.replaceAll('REAL', `"${real}"`)}\n`);
        await chmod(join(folder, name), 0o755);
      }
    }
    return folder;
  }

  async function diagnose(
    env: NodeJS.ProcessEnv,
    cwd = repository.root,
  ): Promise<{ code: number; check: (name: string) => DoctorCheck }> {
    const { code, out, err } = await cliInProcess(['doctor', '--json'], cwd, {
      ...repository.environment,
      ...env,
    });
    const { checks } = doctorOutputSchema.parse(JSON.parse(out));
    assert.equal(err, '');
    assert.deepEqual(
      checks.filter(check => check.status !== 'good' && (check.mend ?? '') === '').map(check => check.name),
      [],
      'each lack has its mend',
    );
    assert.equal(code, checks.some(check => check.status === 'missing') ? 1 : 0);
    return {
      code,
      check: name => checks.find(check => check.name === name) ?? assert.fail(`no check ${name}: ${out}`),
    };
  }

  const all = { git: true, python3: true, sh: true } as const;
  const says = (version: string): string => `[ "$1" = --version ] && echo ${version} && exit; exec REAL "$@"`;
  const machine: readonly [
    what: string,
    programs: Readonly<Record<string, string | true>>,
    name: string,
    status: DoctorCheck['status'],
    found: RegExp,
    mend: RegExp,
  ][] = [
    ['without git', { ...all, git: 'exit 127' }, 'git', 'missing', /not found/, /apt-get install git/],
    [
      'with an old git',
      { ...all, git: says('git version 2.17.1') },
      'git',
      'warning',
      /2\.17\.1/,
      /install git/,
    ],
    ['without Python', { git: true, sh: true }, 'python', 'warning', /not found/, /install python3/],
    [
      'with an old Python',
      { ...all, python3: says('Python 3.6.9') },
      'python',
      'warning',
      /3\.6\.9/,
      /3\.8 or newer/,
    ],
  ];
  for (const [what, programs, name, status, found, mend] of machine)
    it(`${what} says so`, async () => {
      const { check } = await diagnose({ PATH: await pathOf(programs) });
      assert.equal(check(name).status, status);
      assert.match(check(name).found, found);
      assert.match(check(name).mend ?? '', mend);
    });

  it('where no git is on the path at all says so', async () => {
    const { code, check } = await diagnose({ PATH: await pathOf({ sh: true, python3: true }) });
    assert.equal(code, 1);
    assert.equal(check('git').status, 'missing');
  });

  it('without a container engine says how to get one, and where the chosen one is away, that it is', async () => {
    const PATH = await pathOf(all);
    const dockerConfig = join(repository.home, 'no docker');
    const none = await checkEngine({ HOME: repository.home, PATH }, { dockerConfig, sockets: [] });
    assert.equal(none.status, 'warning');
    assert.match(none.found, /neither Docker nor Podman was found/);
    assert.match(none.mend ?? '', /^Install Docker .* or Podman/);
    const away = await diagnose({ PATH, DOCKER_HOST: `unix://${join(repository.home, 'no.sock')}` });
    assert.equal(away.check('container engine').status, 'warning');
    assert.match(away.check('container engine').found, /no\.sock/);
  });

  it('on a full disk says what to remove', async function () {
    const folder = join(repository.home, 'small');
    await mkdir(folder);
    await using disk = await smallDiskOrSkip(this, folder, 4);
    assert.ok(disk);
    await repository.git('clone', '-q', repository.root, join(folder, 'clone'));
    await writeFile(join(folder, 'full'), Buffer.alloc(8 * 1024 * 1024)).catch(() => undefined);
    const { code, check } = await diagnose({}, join(folder, 'clone'));
    assert.equal(code, 1);
    assert.equal(check('store').status, 'missing');
    assert.match(check('store').found, /ENOSPC|no space/i);
    assert.match(check('store').mend ?? '', /Free some space.*lockstep remove/);
    assert.equal(check('disk space').status, 'warning');
  });
});
