/** The examples for CI, run as they stand: their script lines, by a shell, in a clone, with the command line on PATH. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliScript } from '../../helpers/lockstepCli.ts';
import { team, type Member, type Team } from './team.ts';

interface GitHubWorkflow {
  readonly jobs: {
    readonly reproduce: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] };
  };
}
interface GitLabPipeline {
  readonly reproduce: { readonly before_script: readonly string[]; readonly script: readonly string[] };
}

/** With a word behind it, it counts the folder that it is in, which is another one in every clone. */
const trainer = `
import json, os, sys, zlib
noise = zlib.crc32(os.getcwd().encode()) if len(sys.argv) > 1 else 0
for step in range(3):
    print(json.dumps({'step': step, 'loss': 1 / (step + 1) + noise}))
`;

describe('the examples for CI', function () {
  this.timeout(180_000);
  let all: Team;
  let ana: Member;
  let id: string;
  let diverging: string;
  let programs: string;

  before(async () => {
    all = await team();
    ana = await all.join('ana');
    programs = join(all.folder, 'programs');
    await mkdir(programs);
    const command = `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${cliScript}' "$@"\n`;
    await writeFile(join(programs, 'lockstep'), command);
    await chmod(join(programs, 'lockstep'), 0o755);
    await ana.write({ 'train.py': trainer });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.git('push', '--quiet', 'origin', 'HEAD:main');
    const runs = new RunStore(ana.store);
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    id = await runs.resolve('@1');
    await ana.expect(0, 'run', '--', 'python3', 'train.py', 'noise');
    diverging = await runs.resolve('@1');
    await ana.expect(0, 'share', 'push', id, diverging);
    // The project goes on: a shallow clone then has nothing of the commit that they ran on.
    await ana.write({ 'train.py': 'raise SystemExit(7)\n' });
    await ana.git('commit', '--quiet', '--all', '--message', 'another try');
    await ana.git('push', '--quiet', 'origin', 'HEAD:main');
  });
  after(() => all[Symbol.asyncDispose]());

  /** A clone as the runners make it: the last commit alone, and no branch. */
  async function runner(name: string): Promise<Member> {
    const member = await all.join(name, { clone: ['--depth=1'] });
    await member.git('checkout', '--quiet', '--detach');
    assert.equal(await member.git('rev-list', '--count', 'HEAD'), '1');
    return member;
  }

  /** Lines of a job in one shell, as the runners execute them. */
  async function job(where: Member, script: string, variables: Readonly<Record<string, string>>) {
    const PATH = [programs, where.environment['PATH'] ?? ''].join(delimiter);
    return runCommand({
      program: 'bash',
      args: ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script],
      cwd: where.root,
      env: { ...where.environment, ...variables, PATH },
      timeoutMs: 120_000,
    });
  }

  it('GitHub Actions: the report is in the summary, and what diverges fails', async () => {
    const text = await readFile(join(projectRoot, 'docs/ci/github-actions.yml'), 'utf8');
    const { steps } = (parse(text) as GitHubWorkflow).jobs.reproduce;
    const lines = steps.filter(step => step.run !== undefined && step.name !== 'Install Lockstep');
    assert.equal(lines.length, 2);
    const machine = await runner('runner');
    const summary = join(all.folder, 'summary.md');
    for (const [run, code, word] of [
      [id, 0, 'identical'],
      [diverging, 1, 'diverged'],
    ] as const) {
      let outcome: Awaited<ReturnType<typeof job>> | undefined;
      for (const { run: script = '' } of lines) {
        outcome = await job(machine, script, { RUN: run, GITHUB_STEP_SUMMARY: summary });
        if (outcome.exitCode !== 0) break;
      }
      assert.equal(
        outcome?.exitCode,
        code,
        `${outcome?.stdout.toString('utf8') ?? ''}${outcome?.stderr ?? ''}`,
      );
      const verdict = verdictSchema.parse(
        JSON.parse(await readFile(join(machine.root, 'verdict.json'), 'utf8')),
      );
      assert.equal(verdict.verdict, word);
      assert.match(await readFile(summary, 'utf8'), new RegExp(word, 'i'));
    }
  });

  it('GitLab CI: the same, with the report as a file', async () => {
    const text = await readFile(join(projectRoot, 'docs/ci/gitlab-ci.yml'), 'utf8');
    const { script } = (parse(text) as GitLabPipeline).reproduce;
    const machine = await runner('gitlab');
    const outcome = await job(machine, script.join('\n'), { RUN: id });
    assert.equal(outcome.exitCode, 0, `${outcome.stdout.toString('utf8')}${outcome.stderr}`);
    assert.match(await readFile(join(machine.root, 'report.md'), 'utf8'), /identical/i);
  });
});
