/**
 * The working containers of Podman's builds (Buildah), which a build that is ended in the middle of a step leaves: no
 * list of Podman's own containers has them, and another build's look the same. Invariant: only those of one call go, told
 * by what Buildah keeps of a running step in the temporary folder of that call.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Engine } from '../engine/engine.ts';
import { engineCommand } from './engineCommand.ts';
import type { EngineCall } from './engineCommand.ts';

/** The bundle of a step (OCI runtime specification, "Configuration"): its host name is the start of the container's id. */
const bundleSchema = z.object({ hostname: z.string().regex(/^[0-9a-f]{12,64}$/) });

/** @param temporary `TMPDIR` of the call, whose programs have ended. Never rejects. */
export async function removeWorkingContainers(
  engine: Engine,
  call: Pick<EngineCall, 'variables'>,
  temporary: string,
): Promise<void> {
  if (engine.kind !== 'podman') return;
  for (const id of await workingContainers(temporary))
    // A build that came to its end has taken it away by itself.
    await engineCommand(engine, ['rm', '--force', id], call).catch(() => undefined);
}

/** Ids, or the beginnings of them. */
export async function workingContainers(temporary: string): Promise<string[]> {
  const names = await readdir(temporary).catch(() => []);
  const found = await Promise.all(
    names
      .filter(name => /^buildah\d+$/.test(name))
      .map(name => readFile(join(temporary, name, 'config.json'), 'utf8').catch(() => '')),
  );
  return found.flatMap(text => {
    try {
      return [bundleSchema.parse(JSON.parse(text)).hostname];
    } catch {
      return [];
    }
  });
}
