/** `expected.json` of an export: what a repetition is compared with. */
import { isAbsolute } from 'node:path';
import { metricValueToJson } from '../../runs/result.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { wasWritten } from '../../runs/wasWritten.ts';

export function expectedOutcome({ result }: RunDetails): object {
  return {
    exitCode: result?.exitCode,
    metrics: Object.fromEntries(
      Object.entries(result?.metrics ?? {}).map(([key, { last }]) => [key, metricValueToJson(last)]),
    ),
    outputs: Object.fromEntries(
      (result?.outputs ?? [])
        .filter(wasWritten)
        .flatMap(({ path, sha256, volatile, hashOf: folder }) =>
          sha256 === undefined || volatile === true || folder !== undefined || isAbsolute(path)
            ? []
            : [[path, sha256] as const],
        ),
    ),
  };
}
