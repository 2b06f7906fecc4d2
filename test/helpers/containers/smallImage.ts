/** An image for tests that push and pull one: the shell of the base image and the few programs that `up` starts in it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../temporaryFolder.ts';
import { baseImage } from './baseImage.ts';
import { engineSays } from './engineCommand.ts';
import type { TestEngine } from './testEngine.ts';

/** With what the loader needs of each; links followed, so that it stands for itself. */
const gather = `
programs=$(for name in sh bash cat env grep getent head id ls mkdir mv ps rm sed sleep stat tr uname; do ls "/bin/$name"; done 2>/dev/null)
libraries=$(for one in $programs; do ldd "$one" 2>/dev/null; done | grep -o '/[^ ]*' | sort -u)
tar --create --dereference --file /out/small.tar $programs $libraries /etc/passwd /etc/group /etc/os-release /etc/nsswitch.conf
`;

/** Gives it the name `image` (`host/repository:tag`): some megabytes, where the base image has hundreds. */
export async function smallImage(
  engine: Pick<TestEngine, 'kind' | 'program' | 'environment' | 'endpoint' | 'private'>,
  image: string,
): Promise<void> {
  await using folder = await temporaryFolder();
  const mount = ['--network=none', '--rm', '--volume', `${folder.path}:/out`];
  await engineSays(engine, ['run', ...mount, await baseImage(engine), 'sh', '-c', gather]);
  const tar = join(folder.path, 'small.tar');
  await engineSays(engine, ['import', '--change', 'ENV PATH=/bin', tar, image]);
  await rm(tar, { force: true });
}
