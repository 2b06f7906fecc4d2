/**
 * The working containers of Podman's builds (Buildah), which a build that is ended in the middle of a step leaves: no
 * list of Podman's own containers has them, and another build's look the same. Invariant: only those of one call go. What
 * Buildah keeps of a running step in the temporary folder of that call names one, but an image may choose that name: so
 * it must be a container of Buildah, and one that was not there before the call.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import type { Engine } from '../engine/engine.ts';
import { engineCommand } from './engineCommand.ts';
import type { EngineCall } from './engineCommand.ts';

/**
 * The bundle of a step (OCI runtime specification, "Configuration"): its host name is the start of the container's id,
 * unless the image that is built on has one of its own.
 */
const bundleSchema = z.object({ hostname: z.string().regex(/^[0-9a-f]{12,64}$/) });

/** `podman ps --external --format json`: the command of what Buildah made is `buildah`. */
const listSchema = z.array(
  z.looseObject({ Id: z.string().regex(/^[0-9a-f]{64}$/), Command: z.array(z.string()).nullish() }),
);

const beforeSchema = z.array(z.string());

/**
 * Writes down what is there before a call that may build. Never rejects: where it cannot be told, nothing is removed.
 * @param temporary `TMPDIR` of the call, which exists.
 */
export async function noteWorkingContainers(
  engine: Engine,
  call: Pick<EngineCall, 'variables' | 'signal'>,
  temporary: string,
): Promise<void> {
  if (engine.kind !== 'podman') return;
  try {
    await writeJsonAtomic(beforePath(temporary), await buildahContainers(engine, call));
  } catch {
    // Then there is no note.
  }
}

/** @param temporary `TMPDIR` of the call, whose programs have ended. Never rejects. */
export async function removeWorkingContainers(
  engine: Engine,
  call: Pick<EngineCall, 'variables'>,
  temporary: string,
): Promise<void> {
  if (engine.kind !== 'podman') return;
  const named = await workingContainers(temporary);
  if (named.length === 0) return;
  const before = await readFile(beforePath(temporary), 'utf8')
    .then(text => beforeSchema.parse(JSON.parse(text)))
    .catch(() => undefined);
  // A build that came to its end has taken them away by itself.
  const there = before === undefined ? [] : await buildahContainers(engine, call).catch(() => []);
  for (const id of there)
    if (before?.includes(id) === false && named.some(start => id.startsWith(start)))
      await engineCommand(engine, ['rm', '--force', id], call).catch(() => undefined);
}

/** What the steps in the folder call themselves: ids, the beginnings of them, or what an image has chosen. */
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

function beforePath(temporary: string): string {
  return join(temporary, 'containers-before.json');
}

async function buildahContainers(engine: Engine, call: EngineCall): Promise<string[]> {
  const text = await engineCommand(
    engine,
    ['ps', '--all', '--external', '--no-trunc', '--format', 'json'],
    call,
  );
  return listSchema
    .parse(JSON.parse(text))
    .filter(({ Command }) => Command?.[0] === 'buildah')
    .map(({ Id }) => Id);
}
