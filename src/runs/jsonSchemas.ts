/** The JSON Schemas of the files of a run record and of what the command line prints about runs, by file name. */
import * as z from 'zod';
import { annotationSchema, requestSchema } from './annotation.ts';
import { broughtSchema } from './brought.ts';
import { capturedSchema, packageListSchema } from './captured.ts';
import { causeReportSchema } from './causeReport.ts';
import { determinismProbeSchema } from './determinismProbe.ts';
import { forecastSchema } from './forecast.ts';
import { planSchema } from './plan.ts';
import { preparingSchema } from './preparing.ts';
import { processRecordSchema } from './processRecord.ts';
import { resultSchema } from './result.ts';
import { runComparisonSchema } from './runComparison.ts';
import { runHealthSchema } from './runHealth.ts';
import { sharedRecordSchema } from './sharedRecord.ts';
import { verdictSchema } from './verdict.ts';

const published: readonly { readonly name: string; readonly title: string; readonly schema: z.ZodType }[] = [
  { name: 'plan', title: 'plan.json of a run: what was known before the start', schema: planSchema },
  {
    name: 'process',
    title: 'process.json of a run: its processes',
    schema: processRecordSchema,
  },
  {
    name: 'preparing',
    title: 'preparing.json of a run: what takes long before its command starts',
    schema: preparingSchema,
  },
  {
    name: 'captured',
    title: 'captured.json of a run: packages, hardware and inputs',
    schema: capturedSchema,
  },
  { name: 'result', title: 'result.json of a run: what came out', schema: resultSchema },
  { name: 'annotation', title: 'annotations/<ulid>.json of a run', schema: annotationSchema },
  { name: 'request', title: 'requests/<ulid>.json of a run', schema: requestSchema },
  {
    name: 'verdict',
    title: 'verdicts/<reproduction id>.json of a run, which lockstep reproduce --json prints',
    schema: verdictSchema,
  },
  { name: 'probe', title: 'probes/<ulid>.json of a run', schema: determinismProbeSchema },
  { name: 'cause', title: 'causes/<ulid>.json of a run', schema: causeReportSchema },
  { name: 'shared', title: 'shared.json of a run that somebody shared', schema: sharedRecordSchema },
  {
    name: 'brought',
    title: 'brought.json of a run: who brought which statements about it',
    schema: broughtSchema,
  },
  { name: 'forecast', title: 'What lockstep reproduce --forecast --json prints', schema: forecastSchema },
  { name: 'health', title: 'What lockstep health --json prints of each run', schema: runHealthSchema },
  { name: 'packages', title: 'packages/<sha256>.json of a store', schema: packageListSchema },
  {
    name: 'comparison',
    title: 'What lockstep compare --json prints',
    schema: runComparisonSchema,
  },
];

/** File name → JSON Schema (draft 2020-12) of what is written in the file, before defaults are filled in. */
export function runJsonSchemas(): Map<string, object> {
  return new Map(
    published.map(({ name, title, schema }) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [`${name}.schema.json`, { $schema, title, ...rest }];
    }),
  );
}
