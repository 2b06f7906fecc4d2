/** The parts of the report that are words: why the two differ, above the tables, and what else is known, below them. */
import type { ReportSnapshot } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import type { Child } from '../shared/dom.ts';
import { divergenceText, reproductionsSection, statisticsSection, trialsSection } from './afterwards.ts';
import { probeSection } from './probeSection.ts';
import { listSection } from './section.ts';

export function whySections(report: ReportSnapshot, strings: ReportStrings): Child[] {
  const { verdict, cause, probe } = report;
  const parting = verdict === undefined ? undefined : divergenceText(verdict, strings);
  return [
    listSection(strings.cause, untoldCause(verdict)),
    listSection(strings.divergence, parting === undefined ? [] : [parting]),
    cause === undefined ? undefined : trialsSection(cause, strings),
    probe === undefined || !isNewer(report) ? undefined : probeSection(probe, strings, 'newer'),
    listSection(strings.caps, verdict?.caps ?? []),
    listSection(
      strings.escaped,
      (verdict?.escapedModules ?? []).map(({ module, path }) => `${module}: ${path}`),
    ),
  ];
}

export function afterSections(report: ReportSnapshot, strings: ReportStrings): Child[] {
  const { verdict, probe } = report;
  return [
    verdict === undefined ? undefined : statisticsSection(verdict, strings),
    probe === undefined || isNewer(report)
      ? undefined
      : probeSection(probe, strings, verdict?.probeId === undefined ? undefined : 'used'),
    verdict === undefined ? undefined : reproductionsSection(report, strings),
  ];
}

/** A probe that was asked for after the verdict: what it says stands where it was asked for. */
function isNewer({ verdict, probe }: ReportSnapshot): boolean {
  return verdict !== undefined && probe !== undefined && probe.at > verdict.at;
}

/** The cause, unless the sentence of the headline says it already. */
function untoldCause(verdict: ReportSnapshot['verdict']): string[] {
  const cause = verdict?.cause ?? '';
  const told = verdict?.sentence.includes(cause.replace(/\.$/, '')) ?? false;
  return cause === '' || told ? [] : [cause];
}
