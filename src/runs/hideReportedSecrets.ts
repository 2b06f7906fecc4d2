/** What a program says about its run, without the secrets that it logs by mistake: a record is shared, a secret is not. */
import { hideSecrets, recordedValue } from '../base/secretText.ts';
import type { ReportedLine } from './reported.ts';

export function hideReportedSecrets(line: ReportedLine): ReportedLine {
  const { name, note, parameters, tags, datasets } = line;
  return {
    ...line,
    ...(name === undefined ? {} : { name: hideSecrets(name) }),
    ...(note === undefined ? {} : { note: hideSecrets(note) }),
    ...(parameters === undefined ? {} : { parameters: hideValues(parameters) }),
    ...(tags === undefined ? {} : { tags: hideValues(tags) }),
    ...(datasets === undefined
      ? {}
      : {
          datasets: datasets.map(dataset => ({
            ...dataset,
            ...(dataset.source === undefined ? {} : { source: hideSecrets(dataset.source) }),
          })),
        }),
  };
}

function hideValues<T>(values: Readonly<Record<string, T>>): Record<string, T | string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? recordedValue(name, value) : value,
    ]),
  );
}
