/** The JSON Schemas of what the command line prints with `--json`, and of `lockstep.yaml`, by file name. */
import * as z from 'zod';
import { experimentFileSchema } from '../../execution/experiments/experimentFile.ts';
import {
  dataCheckoutOutputSchema,
  dataDiffOutputSchema,
  dataGarbageOutputSchema,
  dataPinOutputSchema,
  dataPullOutputSchema,
  dataStatusOutputSchema,
  dataTransferOutputSchema,
} from './dataOutput.ts';
import { doctorOutputSchema } from './doctorOutput.ts';
import { envLockOutputSchema, envVerifyOutputSchema } from './envOutput.ts';
import { errorOutputSchema } from './errorOutput.ts';
import { healthOutputSchema } from './healthOutput.ts';
import { importOutputSchema } from './importOutput.ts';
import { metricsOutputSchema } from './metricsOutput.ts';
import { metricsPreviewOutputSchema } from './metricsPreviewOutput.ts';
import { reportOutputSchema } from './reportOutput.ts';
import { runOutputSchema } from './runOutput.ts';
import { runsOutputSchema } from './runsOutput.ts';
import {
  shareExportOutputSchema,
  shareFetchOutputSchema,
  shareLinkOutputSchema,
  sharePushOutputSchema,
} from './shareOutput.ts';
import { showOutputSchema } from './showOutput.ts';

const printed: readonly { readonly name: string; readonly command: string; readonly schema: z.ZodType }[] = [
  { name: 'cli-run', command: 'lockstep run --json', schema: runOutputSchema },
  { name: 'cli-runs', command: 'lockstep runs --json', schema: runsOutputSchema },
  { name: 'cli-show', command: 'lockstep show --json', schema: showOutputSchema },
  { name: 'cli-report', command: 'lockstep report --json', schema: reportOutputSchema },
  { name: 'cli-metrics', command: 'lockstep metrics --format json', schema: metricsOutputSchema },
  {
    name: 'cli-metrics-preview',
    command: 'lockstep metrics --preview-lines --json',
    schema: metricsPreviewOutputSchema,
  },
  { name: 'cli-import', command: 'lockstep import --json', schema: importOutputSchema },
  { name: 'cli-health', command: 'lockstep health --json', schema: healthOutputSchema },
  { name: 'cli-doctor', command: 'lockstep doctor --json', schema: doctorOutputSchema },
  { name: 'cli-data-status', command: 'lockstep data status --json', schema: dataStatusOutputSchema },
  { name: 'cli-data-pin', command: 'lockstep data add|commit|import --json', schema: dataPinOutputSchema },
  { name: 'cli-data-checkout', command: 'lockstep data checkout --json', schema: dataCheckoutOutputSchema },
  { name: 'cli-data-transfer', command: 'lockstep data fetch|push --json', schema: dataTransferOutputSchema },
  { name: 'cli-data-pull', command: 'lockstep data pull --json', schema: dataPullOutputSchema },
  { name: 'cli-data-diff', command: 'lockstep data diff --json', schema: dataDiffOutputSchema },
  { name: 'cli-data-gc', command: 'lockstep data gc --json', schema: dataGarbageOutputSchema },
  { name: 'cli-env-lock', command: 'lockstep env lock --json', schema: envLockOutputSchema },
  { name: 'cli-env-verify', command: 'lockstep env verify --json', schema: envVerifyOutputSchema },
  { name: 'cli-share-push', command: 'lockstep share push --json', schema: sharePushOutputSchema },
  { name: 'cli-share-fetch', command: 'lockstep share fetch --json', schema: shareFetchOutputSchema },
  { name: 'cli-share-link', command: 'lockstep share link --json', schema: shareLinkOutputSchema },
  { name: 'cli-share-export', command: 'lockstep share export --json', schema: shareExportOutputSchema },
  { name: 'cli-error', command: 'any command with --json that fails', schema: errorOutputSchema },
];

export function cliJsonSchemas(): Map<string, object> {
  const schemas = new Map<string, object>(
    printed.map(({ name, command, schema }) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      return [`${name}.schema.json`, { $schema, title: `What ${command} prints`, ...rest }];
    }),
  );
  // The editor's YAML support reads draft 7.
  const { $schema, ...rest } = z.toJSONSchema(experimentFileSchema, { io: 'input', target: 'draft-7' });
  schemas.set('lockstep.schema.json', {
    $schema,
    title: 'lockstep.yaml: named experiments, and how their reproductions are judged',
    ...rest,
  });
  return schemas;
}
