/** What two short identical runs differ by: the noise band of this machine, metric by metric. */
import type { ForecastView } from '../../src/protocol/reportProtocol.ts';
import type { ReportStrings } from '../../src/protocol/reportStrings.ts';
import { formatString } from '../../src/protocol/formatString.ts';
import { formatNumber, formatRelative } from '../../src/series/formatNumber.ts';
import { clipped, element, shorten } from '../shared/dom.ts';
import { section } from './section.ts';
import { numberCell, status, table } from './table.ts';

type Probe = NonNullable<ForecastView['probe']>;

const shownBands = 50;

/** `used`: the verdict of the page took its tolerances from it. `newer`: the verdict did not know it yet. */
type Standing = 'used' | 'newer';

export function probeSection(probe: Probe, strings: ReportStrings, standing?: Standing): HTMLElement {
  return section(strings.probeTitle, ...probeContent(probe, strings, standing));
}

/** The same without its heading. */
export function probeContent(probe: Probe, strings: ReportStrings, standing?: Standing): HTMLElement[] {
  const told = { used: strings.probeUsed, newer: strings.probeNewer };
  const where = formatString(strings.onHost, shorten(probe.host, 80));
  return [
    element('p', {}, shorten(probe.sentence, 1000)),
    element(
      'p',
      { class: 'hint' },
      [where, standing === undefined ? '' : told[standing]].filter(Boolean).join(' · '),
    ),
    table(
      [strings.metric, strings.twoRuns, strings.points, strings.largestDifference, strings.firstStep],
      probe.bands
        .slice(0, shownBands)
        .map(band =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, clipped('span', band.key)),
            element(
              'td',
              {},
              status(
                band.identical
                  ? { icon: 'check', word: strings.same, tone: 'good' }
                  : { icon: 'info', word: strings.differs, tone: 'fair' },
              ),
            ),
            numberCell(formatNumber(band.comparedPoints)),
            numberCell(
              band.maxRelativeDifference === undefined ? '–' : formatRelative(band.maxRelativeDifference),
            ),
            numberCell(band.firstDifferingStep === undefined ? '–' : formatNumber(band.firstDifferingStep)),
          ),
        ),
      'probe',
      2,
    ),
  ];
}
