/** Asks a server by ssh where its Git LFS objects are, and for the token of this one transfer. */
import * as z from 'zod';
import { runCommand } from '../../base/runCommand.ts';
import { lfsAnswerNotUnderstood, lfsLoginFailed } from './errors.ts';
import type { LfsEndpoint, LfsOperation } from './lfsEndpoint.ts';
import type { LfsRepository } from './lfsRepository.ts';

export interface SshAnswer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const answerSchema = z.looseObject({
  href: z.string().optional(),
  header: z.record(z.string(), z.string()).optional(),
});

/** Rejects with `lfs-login-failed`. Source: git-lfs `docs/api/server-discovery.md`, `ssh/ssh.go`. */
export async function sshAuthenticate(
  repository: LfsRepository,
  endpoint: Extract<LfsEndpoint, { kind: 'ssh' }>,
  operation: LfsOperation,
  signal?: AbortSignal,
): Promise<SshAnswer> {
  const { environment, settings, git } = repository;
  const remoteCommand = `git-lfs-authenticate ${quoted(endpoint.path)} ${operation}`;
  const port = endpoint.port === undefined ? [] : ['-p', endpoint.port];
  const words = [...port, endpoint.host, remoteCommand];
  // Git runs this setting through a shell, too: it is the person's own, never that of the repository's files.
  const own = environment['GIT_SSH_COMMAND'] ?? settings.get('core.sshcommand');
  const outcome = await runCommand({
    ...(own === undefined
      ? { program: environment['GIT_SSH'] ?? 'ssh', args: words }
      : { program: 'sh', args: ['-c', `${own} "$@"`, 'ssh', ...words] }),
    cwd: git.root,
    env: { ...environment },
    timeoutMs: 2 * 60_000,
    ...(signal === undefined ? {} : { signal }),
  });
  const said = outcome.stderr.trim().split('\n').at(-1) ?? '';
  if (outcome.exitCode !== 0) throw lfsLoginFailed(endpoint.host, said);
  try {
    const { href, header } = answerSchema.parse(JSON.parse(outcome.stdout.toString('utf8')));
    const url = href === undefined || href === '' ? endpoint.url : href;
    return { url: url.replace(/\/+$/, ''), headers: header ?? {} };
  } catch {
    throw lfsAnswerNotUnderstood(endpoint.host, 'git-lfs-authenticate printed no JSON');
  }
}

/** For the shell of the server. */
function quoted(path: string): string {
  return /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
