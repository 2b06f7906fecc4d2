/** Whether the engine starts a container of an image with the words that a devcontainer is to get, before the old one is given up. */
import { basename } from 'node:path';
import { runCommand } from '../../base/runCommand.ts';
import { engineProcess } from './engineCommand.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';

/** Options with a value that clash with the container that still runs (its name, its ports) or with the end of the trial. */
const clashing = new Set([
  ...['--name', '--publish', '-p', '--hostname', '-h', '--ip', '--ip6', '--mac-address', '--cidfile'],
  ...['--network-alias', '--net-alias', '--restart'],
]);
/** Those without. */
const switches = /^(?:--rm|--detach|-d)(?:=\w*)?$/;

export type TrialOutcome = 'started' | 'not-tried' | { readonly said: readonly string[] };

/** `not-tried` where words hold variables that only the devcontainer program can fill in. */
export async function trialStart(
  request: EnvironmentRequest,
  image: string,
  runArgs: readonly string[],
): Promise<TrialOutcome> {
  const words = withoutClashing(runArgs.map(word => filledIn(word, request)));
  if (words.some(word => word.includes('${'))) return 'not-tried';
  const outcome = await runCommand(
    engineProcess(
      request.engine,
      ['run', '--rm', '--pull=never', ...words, '--entrypoint', '/bin/sh', image, '-c', 'exit 0'],
      { variables: request.variables, signal: request.signal, timeoutMs: 120_000 },
    ),
  );
  // Other codes are those of the shell inside, which has then been started.
  if (outcome.exitCode !== 125) return 'started';
  return { said: outcome.stderr.split('\n').filter(line => line.trim() !== '') };
}

function filledIn(word: string, { root, variables }: EnvironmentRequest): string {
  return word
    .replaceAll('${localWorkspaceFolder}', root)
    .replaceAll('${localWorkspaceFolderBasename}', basename(root))
    .replace(
      /\$\{(?:localEnv|env):([^:}]+)(?::([^}]*))?\}/g,
      (_, name: string, otherwise: string | undefined) => variables[name] ?? otherwise ?? '',
    );
}

/** Of the words for `run` those that a trial can have, too. */
export function withoutClashing(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (clashing.has(word)) index += 1;
    else if (switches.test(word) || joined(word)) continue;
    // Short switches in one word: -itd.
    else if (/^-[dit]{2,}$/.test(word)) kept.push(word.replaceAll('d', ''));
    else kept.push(word);
  }
  return kept.filter(word => word !== '-');
}

/** `--name=x`, `-p8080:80`. */
function joined(word: string): boolean {
  return /^-[ph][^-]/.test(word) || (word.startsWith('--') && clashing.has(word.split('=')[0] ?? ''));
}
