/**
 * Remembers, for a command, whether its printed lines are metrics. One small file per command under `choices/`, so
 * that answers given at the same time by several windows never overwrite each other.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { storePaths, type StorePath } from '../runs/runPaths.ts';

const choiceSchema = z.looseObject({ schemaVersion: z.int(), command: z.string(), chart: z.boolean() });

export interface CommandIdentity {
  readonly argv: readonly string[];
  /** Relative to the root of the repository. */
  readonly cwd: string;
  readonly experiment?: string | undefined;
}

/** The remembered answer, or undefined when nobody was asked (or the file cannot be read). */
export async function readMetricLineChoice(
  store: StorePath,
  identity: CommandIdentity,
): Promise<boolean | undefined> {
  try {
    const choice = choiceSchema.safeParse(JSON.parse(await readFile(choicePath(store, identity), 'utf8')));
    return choice.success ? choice.data.chart : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers the answer. Rejects with the system's error when the store cannot be written. */
export async function rememberMetricLineChoice(
  store: StorePath,
  identity: CommandIdentity,
  chart: boolean,
): Promise<void> {
  await mkdir(storePaths(store).choices, { recursive: true });
  const choice = { schemaVersion: 1, command: commandIdentity(identity), chart };
  await writeJsonAtomic(choicePath(store, identity), choice);
}

/**
 * What stays the same when parameters change: the experiment's name, else the program with its script or module and
 * the folder. `python train.py --lr 0.1` and `python3 train.py --lr 0.2` are the same command.
 */
export function commandIdentity({ argv, cwd, experiment }: CommandIdentity): string {
  if (experiment !== undefined) return JSON.stringify(['experiment', experiment]);
  const program = basename(argv[0] ?? '').replace(/\.exe$/i, '');
  const family = /^python[\d.]*$/.test(program) ? 'python' : program;
  const rest = argv.slice(1);
  const module = rest.indexOf('-m');
  const named = rest.find(word => !word.startsWith('-') && /\.\w{1,5}$/.test(word));
  const what = named ?? (module >= 0 ? rest[module + 1] : rest.find(word => !word.startsWith('-')));
  return JSON.stringify([family, what ?? '', cwd]);
}

function choicePath(store: StorePath, identity: CommandIdentity): string {
  const hash = createHash('sha256').update(commandIdentity(identity)).digest('hex').slice(0, 32);
  return join(storePaths(store).choices, `metric-lines-${hash}.json`);
}
