/** The options that fetch, pull and push have in common. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { PinScope, TransferRequest } from '../../../data/operations/fetchData.ts';
import type { CliContext } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { collected, jsonOption } from '../../readWords.ts';
import { terminalCredentials } from '../../terminalCredentials.ts';

export interface TransferFlags {
  readonly remote?: string;
  readonly jobs?: number;
  readonly json?: true;
  readonly rev?: readonly string[];
  readonly allBranches?: true;
  readonly allTags?: true;
  readonly allCommits?: true;
}

export function addTransferOptions(command: Command): Command {
  return command
    .argument('[path...]', 'only these')
    .option('-r, --remote <name>', 'this remote instead of the one that is configured')
    .option('-j, --jobs <number>', 'transfers at once', wholeNumber)
    .addOption(jsonOption());
}

/** Pins of commits instead of, or beside, those of the working tree. */
export function addScopeOptions(command: Command): Command {
  return command
    .option(
      '--rev <commit>',
      'the pins of this commit instead of the working tree’s; may be repeated',
      collected,
    )
    .option('-a, --all-branches', 'also the pins of every branch')
    .option('-T, --all-tags', 'also the pins of every tag')
    .option('-A, --all-commits', 'also the pins of every commit');
}

export function transferRequest(
  context: CliContext,
  words: readonly string[],
  flags: TransferFlags,
): TransferRequest {
  const every: NonNullable<PinScope['every']>[number][] = [
    ...(flags.allBranches === true ? (['branch'] as const) : []),
    ...(flags.allTags === true ? (['tag'] as const) : []),
    ...(flags.allCommits === true ? (['commit'] as const) : []),
  ];
  return {
    ...(words.length === 0 ? {} : { paths: words.map(word => resolve(context.cwd, word)) }),
    ...(flags.remote === undefined ? {} : { remote: flags.remote }),
    ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
    ...(flags.rev === undefined ? {} : { revisions: flags.rev }),
    ...(every.length === 0 ? {} : { every }),
    credentials: terminalCredentials(context),
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1024)
    throw wrongUse(`--jobs is a number from 1 to 1024, not ${text}`, 'lockstep data');
  return value;
}
