/** `lockstep annotate`: what people add to a run. Nothing that was measured can be changed. */
import type { AnnotationChange } from '../../runs/runStore.ts';
import type { Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { collected, jsonOption, newCommand, parseWords } from '../readWords.ts';

export const annotate: Subcommand = {
  name: 'annotate',
  async run(words, context) {
    const parser = newCommand('annotate', 'Name, note, tag, star or archive a run.', context)
      .argument('<run>', '@1, an id, a part of one, or a name')
      .option('--name <name>', 'the name; empty takes it away')
      .option('--note <text>', 'a note; empty takes it away')
      .option('--tag <tag>', 'add a tag; may be given several times', collected)
      .option('--untag <tag>', 'take a tag away; may be given several times', collected)
      .option('--star', 'mark with a star')
      .option('--unstar', 'take the star away')
      .option('--archive', 'hide from lists')
      .option('--unarchive', 'show in lists again')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<AnnotateFlags>();
    const change = changeOf(flags);
    if (Object.keys(change).length === 0)
      throw wrongUse('there is nothing to change: give --name, --note, --tag, …', 'lockstep annotate');
    const { runs } = await openRuns(context);
    const id = await runs.resolve(parser.args[0] ?? '');
    await runs.annotate(id, change);
    if (flags.json === true) {
      const { name, note, tags, star, archived } = await runs.summary(id);
      context.terminal.out(jsonText({ schemaVersion: 1, id, name, note, tags, star, archived }));
    }
    return exitCodes.done;
  },
};

interface AnnotateFlags {
  readonly name?: string;
  readonly note?: string;
  readonly tag?: string[];
  readonly untag?: string[];
  readonly star?: boolean;
  readonly unstar?: boolean;
  readonly archive?: boolean;
  readonly unarchive?: boolean;
  readonly json?: boolean;
}

function changeOf(flags: AnnotateFlags): AnnotationChange {
  const both = (first: boolean | undefined, second: boolean | undefined, words: string): void => {
    if (first === true && second === true)
      throw wrongUse(`${words} contradict each other`, 'lockstep annotate');
  };
  both(flags.star, flags.unstar, '--star and --unstar');
  both(flags.archive, flags.unarchive, '--archive and --unarchive');
  const star = flags.star === true ? true : flags.unstar === true ? false : undefined;
  const archived = flags.archive === true ? true : flags.unarchive === true ? false : undefined;
  return {
    ...(flags.name === undefined ? {} : { name: flags.name === '' ? null : flags.name }),
    ...(flags.note === undefined ? {} : { note: flags.note === '' ? null : flags.note }),
    ...(flags.tag === undefined ? {} : { addTags: flags.tag }),
    ...(flags.untag === undefined ? {} : { removeTags: flags.untag }),
    ...(star === undefined ? {} : { star }),
    ...(archived === undefined ? {} : { archived }),
  };
}
