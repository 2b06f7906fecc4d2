/**
 * Which projects use a managed environment, and since when no more: one small file a project, written anew
 * with each use, apart from what is built. Nothing in it decides what an environment is.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';

export interface EnvironmentUse {
  /** Root of the project. Absolute. */
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** @param home Of an environment. */
export function usesFolder(home: string): string {
  return join(dirname(dirname(home)), 'python-uses', basename(home));
}

const useSchema = z.looseObject({ project: z.string() });

/** Never rejects: that it was used is no reason that a run fails. @param home Of the environment. */
export async function noteUse(home: string, project: string): Promise<void> {
  const name = createHash('sha256').update(project).digest('hex').slice(0, 16);
  try {
    await mkdir(usesFolder(home), { recursive: true, mode: 0o700 });
    await writeJsonAtomic(join(usesFolder(home), `${name}.json`), { schemaVersion: 1, project });
  } catch {
    // A full disk says so by itself, when something is built.
  }
}

/** The newest first. */
export async function usesOf(home: string): Promise<EnvironmentUse[]> {
  const folder = usesFolder(home);
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.json'));
  const uses = await Promise.all(
    names.map(async name => {
      try {
        const { project } = useSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
        return [{ project, at: (await stat(join(folder, name))).mtimeMs }];
      } catch {
        return [];
      }
    }),
  );
  return uses.flat().sort((a, b) => b.at - a.at);
}
