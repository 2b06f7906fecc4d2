/** The folders that variables lead to once they lead into the checkout. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join, relative } from 'node:path';
import { makeFolders } from './makeFolders.ts';
import type { PreparationRequest } from './prepareReproduction.ts';
import { isInside } from './relocatePaths.ts';

/**
 * Folders that are empty in the workspace are there in the checkout, too. Resolves with a line for each variable that
 * leads to something that the checkout lacks: nobody saw the run read or write it.
 */
export async function placesOfMoved(
  names: readonly string[],
  { environment, layout, workspace, original }: PreparationRequest,
  move: (word: string) => string,
): Promise<string[]> {
  const lacking: string[] = [];
  const written = (original.result?.outputs ?? []).map(output => join(layout.checkout, output.path));
  for (const name of names)
    for (const path of (environment[name] ?? '').split(delimiter)) {
      const place = move(path);
      if (place === path || !isInside(place, layout.checkout) || existsSync(place)) continue;
      // That is for the program to make.
      if (written.some(output => isInside(output, place))) continue;
      const entries = await readdir(path).catch(() => undefined);
      if (entries?.length === 0 || (entries !== undefined && temporaryName.test(name)))
        await makeFolders(layout, [place]);
      else if (existsSync(path))
        lacking.push(`the variable ${name} leads to ${relative(workspace, path)}, which the checkout lacks`);
    }
  return lacking;
}

const temporaryName = /^(?:TMP|TEMP|TMPDIR|.*_TMPDIR|.*_TMP_DIR|.*_TEMP_DIR|XDG_CACHE_HOME|.*_CACHE_DIR)$/;
