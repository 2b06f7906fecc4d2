/**
 * `preparing.json`: what takes long before the command of a run starts, for whoever waits: an image that is pulled, an
 * environment that is made. Written by the supervisor; says nothing any more once `plan.json` is there.
 */
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import type { RunPaths } from './runPaths.ts';

export const preparingSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** One line. */
  text: z.string(),
  /** ISO 8601, UTC. */
  at: z.string(),
});

/** Undefined where nothing is told, or the command is about to start. Never throws. */
export function readPreparing(paths: Pick<RunPaths, 'preparing' | 'plan'>): string | undefined {
  if (existsSync(paths.plan) || !existsSync(paths.preparing)) return undefined;
  try {
    return preparingSchema.parse(JSON.parse(readFileSync(paths.preparing, 'utf8'))).text;
  } catch {
    return undefined;
  }
}
