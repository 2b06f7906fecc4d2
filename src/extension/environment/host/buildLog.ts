/** What the last start or rebuild of a project's devcontainer printed, as a person would have seen it. */
import { readFile } from 'node:fs/promises';
import { parseCliLine, plainLines } from '../../../environments/devcontainer/cliLog.ts';
import { environmentFolder } from '../../../environments/devcontainer/environmentFolder.ts';
import { findDevcontainers } from '../../../environments/devcontainer/findDevcontainers.ts';

/** '' where nothing was started by Lockstep. Of several configurations the last in order that has a log. */
export async function buildLog({
  root,
  cacheFolder,
}: {
  readonly root: string;
  readonly cacheFolder: string;
}): Promise<string> {
  const configs = await findDevcontainers(root);
  const logs = await Promise.all(
    configs.map(config => readFile(environmentFolder(cacheFolder, root, config).log, 'utf8').catch(() => '')),
  );
  return (
    logs
      .findLast(text => text !== '')
      ?.split('\n')
      .flatMap(line => {
        const event = parseCliLine(line);
        return 'text' in event ? plainLines(event.text) : [];
      })
      .join('\n') ?? ''
  );
}
