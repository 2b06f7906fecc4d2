/**
 * What is asked before anything of a run that somebody else shared is executed. Invariant: VS Code gives the first
 * button to Enter, and that one only shows more; to run takes a choice. Pure; the words are the host's.
 */
import type { Words } from './environment/rows/environmentRow.ts';
import { oneLine } from './formatLine.ts';
import { sharedFact, type SharedFact } from './sharedFacts.ts';

/** A modal message has no room for more; what is left out is counted. */
const shownLines = 24;
const shownCharacters = 1200;

export interface ConfirmQuestion {
  readonly message: string;
  readonly detail: string;
  readonly show: string;
  readonly run: string;
  /** In the order of the message: the first is what Enter presses, and Escape cancels. */
  readonly buttons: readonly string[];
}

export interface SharedRun {
  readonly label: string;
  /** '' where nobody says. */
  readonly sharedBy: string;
  readonly facts: readonly SharedFact[];
}

export function confirmQuestion({ label, sharedBy, facts }: SharedRun, l10n: Words): ConfirmQuestion {
  const from = sharedBy === '' ? l10n.t('somebody else') : oneLine(sharedBy, 80);
  const lines = facts
    .map(fact => sharedFact(fact, l10n))
    .flatMap(({ name, value }) => factLines(name, value, l10n));
  const [show, run] = [l10n.t('Show What It Runs'), l10n.t('Run')];
  return {
    message: l10n.t('{0} came from {1}. Run what it says on this machine?', oneLine(label, 80), from),
    detail: [
      ...lines.slice(0, shownLines),
      ...(lines.length > shownLines ? [l10n.t('… {0} more lines', lines.length - shownLines)] : []),
    ].join('\n'),
    show,
    run,
    buttons: [show, run],
  };
}

/** All of it, as a text to read. */
export function sharedText(facts: readonly SharedFact[], l10n: Words): string {
  return facts
    .map(fact => sharedFact(fact, l10n))
    .map(({ name, value }) => `${name}\n${value.replace(/^/gm, '    ')}\n`)
    .join('\n');
}

/** The first lines of a list; a command is told as long as it is read by anybody, and how much is left out. */
function factLines(name: string, value: string, l10n: Words): string[] {
  const [first = '', ...more] = value.split('\n');
  const cut = first.length - shownCharacters;
  const text = oneLine(first, shownCharacters);
  const line = cut > 0 ? l10n.t('{0} (and {1} more characters)', text, cut) : text;
  return [`${oneLine(name, 60)}: ${line}`, ...more.map(one => `  ${oneLine(one, 200)}`)];
}
