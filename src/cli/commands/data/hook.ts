/** `lockstep data hook`: pinned data follows every checkout in this clone, without the editor. */
import { dirname, isAbsolute, relative } from 'node:path';
import { findRepository } from '../../../git/findRepository.ts';
import { notARepository } from '../../../git/errors.ts';
import type { SyncVerdict } from '../../../data/sync/syncVerdict.ts';
import { followHook, type Followed } from '../../../data/sync/followHook.ts';
import { hookNames, installHooks, removeHooks, type HookChange } from '../../../data/sync/gitHooks.ts';
import { exitCodes, type CliContext, type Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { jsonText } from '../../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { sizeText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';

export const dataHook: Subcommand = {
  name: 'data hook',
  async run(words, context) {
    // What git runs: its words are git's.
    if (words[0] === 'run') return follow(words.slice(1), context);
    const parser = newCommand(
      'data hook',
      'Let pinned data follow every checkout, pull and rebase in this clone, without the editor: at once where it is small and local, else with a line that says what to run. git config lockstep.syncOnCheckout always, ask or never changes that.',
      context,
    )
      .argument('<action>', 'install or remove')
      .option('--add', 'add to hooks that are there already (shell scripts only)')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ add?: true; json?: true }>();
    const [action] = parser.args;
    if (action !== 'install' && action !== 'remove')
      throw wrongUse(`the action is install or remove, not ${action ?? 'nothing'}`, 'lockstep data hook');
    const repository = await findRepository(context.cwd, context.env);
    if (repository === undefined) throw notARepository(context.cwd);
    const changes =
      action === 'install'
        ? await installHooks(repository, flags.add === true, context.env)
        : await removeHooks(repository, context.env);
    if (flags.json === true) {
      context.terminal.out(jsonText({ schemaVersion: 1, changes }));
      return exitCodes.done;
    }
    if (changes.length === 0) context.terminal.out('There is no hook of Lockstep.\n');
    for (const { path, change } of changes)
      context.terminal.out(`${changeWords[change]} ${printable(shown(context.cwd, path))}\n`);
    const [first] = changes;
    if (action === 'install' && first !== undefined && !isBelow(repository.commonDir, first.path))
      context.terminal.err(
        `These are the hooks of every repository whose core.hooksPath names ${printable(dirname(first.path))}: pinned data follows in all of them.\n`,
      );
    return exitCodes.done;
  },
};

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}

const changeWords: Readonly<Record<HookChange['change'], string>> = {
  created: 'Made',
  added: 'Added to',
  removed: 'Taken out of',
  same: 'Already in',
};

function shown(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** Everything goes to standard error, as the hooks of other tools: the output of git's own command stays its own. */
async function follow(words: readonly string[], context: CliContext): Promise<number> {
  const [name, ...rest] = words;
  const hook = hookNames.find(one => one === name);
  if (hook === undefined) throw wrongUse(`${name ?? 'nothing'} is no hook`, 'lockstep data hook');
  const followed = await followHook(context.cwd, hook, rest, { signal: context.signal }, context.env);
  if (followed !== undefined) for (const line of linesOf(followed)) context.terminal.err(`${line}\n`);
  return exitCodes.done;
}

function linesOf({ verdict, decision, outcome }: Followed): string[] {
  const lines = verdict.problems.map(({ path, what }) => `Lockstep: ${printable(path)}: ${printable(what)}`);
  if (decision.act === 'ask') lines.push(askLine(verdict));
  if (outcome === undefined) return lines;
  const count = outcome.placed.length + outcome.removed.length;
  if (count > 0)
    lines.push(`Lockstep: ${count} pinned ${count === 1 ? 'path follows' : 'paths follow'} the commit.`);
  for (const { path, why } of outcome.kept)
    lines.push(`Lockstep: ${printable(path)} stays as it is: ${printable(why)}.`);
  for (const { path, why } of outcome.missing)
    lines.push(`Lockstep: ${printable(path)} is missing: ${printable(why)}.`);
  return lines;
}

function askLine({ toPlace, toFetch, freeBytes }: SyncVerdict): string {
  const parts = [
    `${toPlace.paths} pinned ${toPlace.paths === 1 ? 'path differs' : 'paths differ'} in this commit`,
    `${sizeText(toPlace.bytes)} to write`,
    ...(toFetch.files > 0
      ? [
          `${toFetch.atLeast === true ? 'at least ' : ''}${sizeText(toFetch.bytes)} in ${toFetch.files === 1 ? '1 file' : `${toFetch.files} files`} to fetch`,
        ]
      : []),
    ...(freeBytes === undefined ? [] : [`${sizeText(freeBytes)} free`]),
  ];
  return `Lockstep: ${parts.join(', ')}. Run: lockstep data ${toFetch.files > 0 ? 'pull' : 'checkout'}`;
}
