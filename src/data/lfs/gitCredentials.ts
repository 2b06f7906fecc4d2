/**
 * User and password as git has them: asked of the person's own credential helpers, which are told afterwards whether
 * they were right. They are held in memory for as long as a transfer takes and written nowhere.
 */
import { runCommand } from '../../base/runCommand.ts';
import type { LfsRepository } from './lfsRepository.ts';
import type { Login } from './lfsEndpoint.ts';

/** Undefined where no helper knows, and nobody can be asked. */
export async function fillCredential(
  repository: LfsRepository,
  url: string,
  signal?: AbortSignal,
): Promise<Login | undefined> {
  const answer = await credential(repository, 'fill', question(repository, url), signal);
  const user = valueOf(answer, 'username');
  const password = valueOf(answer, 'password');
  return password === undefined ? undefined : { user: user ?? '', password };
}

/** `right`: helpers keep it; otherwise they forget it. */
export async function judgeCredential(
  repository: LfsRepository,
  url: string,
  login: Login,
  right: boolean,
): Promise<void> {
  const text = `${question(repository, url)}username=${login.user}\npassword=${login.password}\n`;
  await credential(repository, right ? 'approve' : 'reject', text);
}

/** As git asks: without the path, unless `credential.useHttpPath` is set. */
function question({ settings }: LfsRepository, url: string): string {
  const { protocol, host, pathname } = new URL(url);
  const withPath = /^(true|yes|on|1)$/i.test(settings.get('credential.usehttppath') ?? '');
  return `protocol=${protocol.slice(0, -1)}\nhost=${host}\n${withPath ? `path=${pathname.slice(1)}\n` : ''}`;
}

async function credential(
  { git, environment }: LfsRepository,
  action: 'fill' | 'approve' | 'reject',
  input: string,
  signal?: AbortSignal,
): Promise<string> {
  const outcome = await runCommand({
    program: 'git',
    args: ['credential', action],
    cwd: git.root,
    // The person's own helpers and askpass programs; a terminal is asked only where the caller allows it.
    env: { GIT_TERMINAL_PROMPT: '0', ...environment },
    input: `${input}\n`,
    timeoutMs: 5 * 60_000,
    ...(signal === undefined ? {} : { signal }),
  }).catch(() => {
    signal?.throwIfAborted();
    return undefined;
  });
  return outcome?.exitCode === 0 ? outcome.stdout.toString('utf8') : '';
}

function valueOf(answer: string, name: string): string | undefined {
  return answer
    .split('\n')
    .find(line => line.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
