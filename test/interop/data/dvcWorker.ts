/** The real dvc, in one process for a whole table of cases. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Peer } from '../../../scripts/provision/pythonPeers.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';

export interface DvcOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Dvc extends AsyncDisposable {
  readonly title: string;
  /** Runs `dvc …args` in `cwd`, whatever it ends with. Calls wait for one another. */
  run(cwd: string, ...args: string[]): Promise<DvcOutcome>;
  /** Runs it, and rejects unless it ends with 0; resolves with its standard output. */
  succeed(cwd: string, ...args: string[]): Promise<string>;
  /** What `--json` prints. */
  json(cwd: string, ...args: string[]): Promise<unknown>;
}

const answerSchema = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

/** The variables that keep dvc from calling home, and its state inside `home`. */
export function dvcEnvironment(home: string): NodeJS.ProcessEnv {
  return scrubbedEnvironment(home, {
    DVC_NO_ANALYTICS: '1',
    DVC_SITE_CACHE_DIR: join(home, 'dvc-site'),
    GIT_AUTHOR_NAME: 'A Tester',
    GIT_AUTHOR_EMAIL: 'tester@example.invalid',
    GIT_COMMITTER_NAME: 'A Tester',
    GIT_COMMITTER_EMAIL: 'tester@example.invalid',
  });
}

/** `home` is an existing folder: dvc's configuration and state live below it. */
export async function startDvc(peer: Peer, home: string): Promise<Dvc> {
  await mkdir(join(home, 'dvc-site'), { recursive: true });
  const child = spawn(peer.python, [join(import.meta.dirname, 'dvc_worker.py')], {
    env: dvcEnvironment(home),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString('utf8')));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  const ask = async (cwd: string, args: readonly string[]): Promise<DvcOutcome> => {
    child.stdin.write(`${JSON.stringify({ cwd, args })}\n`);
    const { done, value } = await answers.next();
    if (done === true) throw new Error(`dvc ${args.join(' ')} ended the process: ${words}`);
    return answerSchema.parse(JSON.parse(value));
  };
  const run = (cwd: string, ...args: string[]): Promise<DvcOutcome> => {
    const answer = last.then(() => ask(cwd, args));
    last = answer.catch(() => undefined);
    return answer;
  };
  const succeed = async (cwd: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(cwd, ...args);
    assert.equal(code, 0, `dvc ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  return {
    title: peer.title,
    run,
    succeed,
    json: async (cwd, ...args) => JSON.parse(await succeed(cwd, ...args, '--json')) as unknown,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
