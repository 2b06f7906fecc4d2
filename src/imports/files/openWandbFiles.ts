/** Past runs of Weights & Biases: each `.wandb` file is one, with what the client left in `files/` beside it. */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { WandbReader } from '../../tracking/wandb/wandbReader.ts';
import { fingerprintOfPaths } from '../fingerprint.ts';
import type { PastRun, PastRunHeader, PastRuns, SkippedRun } from '../pastRun.ts';
import { filesBelow, readSmallText } from '../smallFiles.ts';
import { PointCollector } from './pointCollector.ts';

const pieceBytes = 1024 * 1024;

/** @param path A `.wandb` file, a run's folder, or the folder `wandb` of a project. */
export async function openWandbFiles(path: string, signal: AbortSignal | undefined): Promise<PastRuns> {
  const files = statSync(path).isDirectory()
    ? filesBelow(path).files.map(file => file.path)
    : [resolve(path)];
  const runs: PastRunHeader[] = [];
  const skipped: SkippedRun[] = [];
  for (const file of files) {
    if (!file.endsWith('.wandb')) continue;
    signal?.throwIfAborted();
    const startedAt = await startOf(file);
    if (startedAt === undefined) {
      skipped.push({ what: basename(file), why: 'it holds no run: the client writes in steps of 32 KiB' });
      continue;
    }
    runs.push({
      id: basename(file, '.wandb'),
      identity: basename(file),
      startedAt,
      fingerprint: fingerprintOfPaths([file, metadataOf(file)]),
      logged: { files: [file] },
      read: () => readRun(file, startedAt, signal),
    });
  }
  return { runs, skipped, close: () => Promise.resolve() };
}

/** The record of the run stands near the beginning. Undefined where there is none, or nothing can be read. */
async function startOf(file: string): Promise<number | undefined> {
  const reader = new WandbReader();
  try {
    await pushFile(file, 4 * pieceBytes, bytes => {
      reader.push(bytes, 0);
      return reader.startedAt === undefined;
    });
  } catch {
    return undefined;
  }
  return reader.startedAt;
}

async function readRun(file: string, startedAt: number, signal: AbortSignal | undefined): Promise<PastRun> {
  const found = new PointCollector();
  const reader = new WandbReader();
  const folder = join(dirname(file), 'files');
  const time = statSync(file).mtimeMs;
  await pushFile(file, Number.POSITIVE_INFINITY, bytes => {
    signal?.throwIfAborted();
    found.take(reader.push(bytes, time), basename(file), folder);
    return !reader.dead;
  });
  found.take(reader.end(time), basename(file), folder);
  const metadata = readMetadata(file);
  const { exitCode } = reader;
  const note = found.tags.get('wandb.notes');
  return {
    name: found.name,
    ...(note === undefined || note === '' ? {} : { note }),
    argv: commandOf(metadata),
    host: metadata?.host,
    commit: metadata?.git?.commit,
    remote: metadata?.git?.remote,
    // Without an exit record the program was killed, or goes on.
    ...(exitCode === undefined
      ? {}
      : {
          end: {
            state: exitCode === 0 ? 'finished' : 'failed',
            at: Math.max(reader.lastTime ?? startedAt, startedAt),
            exitCode,
          },
        }),
    parameters: Object.fromEntries(found.parameters),
    tags: Object.fromEntries(found.tags),
    datasets: [],
    models: [],
    series: found.series(),
    media: found.media,
    files: [],
    warnings: found.allWarnings(),
  };
}

/** Pieces from the beginning until `onPiece` wants no more. */
async function pushFile(path: string, most: number, onPiece: (bytes: Uint8Array) => boolean): Promise<void> {
  const handle = await open(path, 'r');
  try {
    // Readers may keep what they are given.
    for (let at = 0; at < most;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at);
      if (bytesRead === 0 || !onPiece(buffer.subarray(0, bytesRead))) return;
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

const metadataSchema = z.looseObject({
  program: z.string().optional().catch(undefined),
  codePath: z.string().optional().catch(undefined),
  executable: z.string().optional().catch(undefined),
  host: z.string().optional().catch(undefined),
  args: z.array(z.string()).optional().catch(undefined),
  git: z
    .looseObject({ commit: z.string().optional(), remote: z.string().optional() })
    .optional()
    .catch(undefined),
});
type Metadata = z.output<typeof metadataSchema>;

function metadataOf(file: string): string {
  return join(dirname(file), 'files', 'wandb-metadata.json');
}

/** Written in online mode only. */
function readMetadata(file: string): Metadata | undefined {
  const text = readSmallText(metadataOf(file));
  if (text === undefined) return undefined;
  try {
    return metadataSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function commandOf(metadata: Metadata | undefined): string[] {
  const program = metadata?.codePath ?? metadata?.program;
  if (metadata === undefined || program === undefined) return [];
  return [metadata.executable ?? 'python', program, ...(metadata.args ?? [])];
}
