/** What is generated for one devcontainer lies in one folder of the user's cache, never in the repository. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface EnvironmentFolder {
  readonly folder: string;
  /** The override configuration: devcontainer.json by name, as the program demands. */
  readonly override: string;
  /** All that the devcontainer program logged when it last brought this up. */
  readonly log: string;
  /** The call of the devcontainer program that goes on; one that is there and nobody's was killed. */
  readonly call: string;
  /** Images that its containers were made from. */
  readonly images: string;
  /** Mounted read-only in the container: what it is told about itself. */
  readonly inside: string;
  /** Held by the command that works on this devcontainer. */
  readonly turn: string;
  /** What went into the container whose label has this hash. */
  inputs(hash: string): string;
  /** What is remembered of one container: its login shell's environment, the smoke test. */
  container(id: string): string;
}

/** `config` relative to the root. Two worktrees, and two configurations of one project, have folders of their own. */
export function environmentFolder(cacheFolder: string, root: string, config: string): EnvironmentFolder {
  const key = createHash('sha256').update(`${root}\0${config}`).digest('hex').slice(0, 20);
  const folder = join(cacheFolder, 'environments', 'devcontainers', key);
  return {
    folder,
    override: join(folder, 'devcontainer.json'),
    log: join(folder, 'up.log'),
    call: join(folder, 'call.json'),
    images: join(folder, 'images.json'),
    inside: join(folder, 'inside'),
    turn: join(folder, 'up.turn'),
    inputs: hash => join(folder, `inputs-${hash.slice(0, 16)}.json`),
    container: id => join(folder, `container-${id.slice(0, 16)}.json`),
  };
}

/** For temporary files of calls of the devcontainer program. */
export function temporaryFolderOf(cacheFolder: string): string {
  return join(cacheFolder, 'environments', 'tmp');
}

/**
 * Makes the folder so that nobody else can look into it: logs and notes hold values of the person's environment. What
 * an older version wrote for everybody to read is closed, too.
 */
export async function makeEnvironmentFolder({ folder }: EnvironmentFolder): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    // The container reads the files in `inside`, perhaps as another user.
    if (entry.isFile()) await chmod(join(folder, entry.name), 0o600).catch(() => undefined);
}
