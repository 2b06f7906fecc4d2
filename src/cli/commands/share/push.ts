/** `lockstep share push`: a run for others, after a look at everything that would leave. */
import packageJson from '../../../../package.json' with { type: 'json' };
import { isNeeded } from '../../../sharing/findLacks.ts';
import { isLog } from '../../../sharing/record/repeatedSecrets.ts';
import { shareRun, type ShareOutcome } from '../../../sharing/shareRun.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { openRuns } from '../../openRuns.ts';
import { jsonText } from '../../output/jsonText.ts';
import { collected, jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { terminalCredentials } from '../../terminalCredentials.ts';
import { countText, shortId, sizeText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import { keptSizeOf, maxSizeOption, withoutArtifactsOption } from './keptSize.ts';
import { withShareTask } from './shareTask.ts';

export const sharePush: Subcommand = {
  name: 'share push',
  async run(words, context) {
    const parser = newCommand(
      'share push',
      'Give others a run: its record and code through the git remote, its pinned data through the data remote.',
      context,
    )
      .argument('<run...>', '@1, an id, a part of one, or a name')
      .option('--remote <name>', 'a git remote; else that of the branch, or origin')
      .option('--allow <file>', 'send this file although it looks like a secret, or is large', collected)
      .option('--no-logs', 'without the last lines that the run printed')
      .option('--no-data', 'without pinned data')
      .option(...maxSizeOption)
      .option(...withoutArtifactsOption)
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    if (parser.args.length === 0) throw wrongUse('which run?', 'lockstep share push');
    const flags = parser.opts<PushFlags>();
    const { runs, project } = await openRuns(context);
    const ids = [...new Set(await Promise.all(parser.args.map(word => runs.resolve(word))))];
    const stopped = 'What has arrived stays, and is of no use to anybody alone; run it again.';
    return withShareTask(context, stopped, async task => {
      const outcomes: ShareOutcome[] = [];
      for (const id of ids) {
        const outcome = await shareRun(
          {
            ...{ store: project.store, root: project.root, run: await runs.read(id) },
            ...{ toolVersion: packageJson.version, remote: flags.remote, allow: flags.allow ?? [] },
            ...{
              logs: flags.logs,
              data: flags.data,
              maxSize: keptSizeOf(flags, 'share push'),
              credentials: terminalCredentials(context),
            },
          },
          task,
        );
        task.clear();
        outcomes.push(outcome);
        if (flags.json !== true) tell(outcome, context);
      }
      if (flags.json === true) context.terminal.out(jsonText({ schemaVersion: 1, runs: outcomes }));
      return outcomes.some(({ state, lacks }) => state === 'refused' || lacks.some(isNeeded))
        ? exitCodes.negative
        : exitCodes.done;
    });
  },
};

interface PushFlags {
  readonly remote?: string;
  readonly allow?: string[];
  readonly logs: boolean;
  readonly data: boolean;
  readonly maxSize?: string;
  readonly withoutArtifacts?: boolean;
  readonly json?: boolean;
}

const shown = 20;

function tell(outcome: ShareOutcome, { terminal }: CliContext): void {
  const { id, state, remote, url, sent, data } = outcome;
  const where = remote === url ? printable(url) : `${printable(remote)} (${printable(url)})`;
  const say = (text: string): void => terminal.out(`${text}\n`);
  const list = (items: readonly string[]): void => {
    for (const item of items.slice(0, shown)) say(`  ${printable(item)}`);
    if (items.length > shown) say(`  and ${items.length - shown} more (--json shows all)`);
  };
  switch (state) {
    case 'refused':
      say(`Run ${shortId(id)} was not shared: this would have gone along.`);
      list(
        outcome.findings.map(
          ({ path, line, what }) => `${path}${line === undefined || line === 0 ? '' : `:${line}`}  ${what}`,
        ),
      );
      if (outcome.findings.some(({ path }) => isLog(path))) say('Without what the run printed: --no-logs');
      say('Take it out and run again; or, where it is none: lockstep share push --allow FILE …');
      return;
    case 'unchanged':
      say(`Run ${shortId(id)} is shared in ${where} already, and nothing was added since.`);
      break;
    case 'updated':
      say(`Run ${shortId(id)} in ${where} got what was added since.`);
      break;
    case 'shared':
      say(
        `Shared run ${shortId(id)} in ${where}${sent === undefined ? '' : `: ${countText(sent.objects, 'file')}, ${sizeText(sent.bytes)}`}.`,
      );
  }
  if (data !== undefined && data.pushed + data.present > 0)
    say(
      `Data: ${countText(data.pushed, 'file')} pushed (${sizeText(data.bytes)}), ${data.present} there already.`,
    );
  if (outcome.record !== undefined && outcome.record.large.length > 0) {
    say(
      `The record is large, ${sizeText(outcome.record.bytes)}, and everybody who fetches runs gets it. In it:`,
    );
    list(outcome.record.large.map(({ path, bytes }) => `${path}  ${sizeText(bytes)}`));
  }
  if (outcome.large.length > 0) {
    say('Large for git; better pinned as data (lockstep data add):');
    list(outcome.large.map(({ path, what }) => `${path}  ${what}`));
  }
  if (outcome.unread.length > 0) {
    say('Packed, and not wholly looked into for secrets:');
    list(outcome.unread.map(({ path, what }) => `${path}  ${what}`));
  }
  if (outcome.naming.length > 0) {
    say('Shared as they are, and they name you:');
    list(outcome.naming.map(({ path, what }) => `${path}  ${what}`));
  }
  if (outcome.lacks.length > 0) {
    say('Others will lack:');
    list(outcome.lacks.map(({ what, why }) => (what === '' ? why : `${what}: ${why}`)));
    if (outcome.lacks.some(isNeeded)) say('As it is, nobody else can reproduce it.');
  }
  if (state === 'shared') say(`For others: lockstep reproduce ${id}`);
}
