/** Whether the engine starts a container of an image with the words that a devcontainer is to get, before the old one is given up. */
import { basename } from 'node:path';
import { runCommand } from '../../base/runCommand.ts';
import { engineProcess } from './engineCommand.ts';
import type { EnvironmentRequest } from './environmentRequest.ts';

/** Words that clash with the container that still runs: its name and its ports. With their values. */
const clashing =
  /^(?:--name|--publish|-p|--hostname|-h|--ip|--ip6|--mac-address|--cidfile|--network-alias)(?:=|$)/;

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

function withoutClashing(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!clashing.test(word)) kept.push(word);
    else if (!word.includes('=')) index += 1;
  }
  return kept;
}
