/** The licences of the packages whose code is inside the bundles: their terms ask to be handed on with the code. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().default('see its homepage'),
  homepage: z.string().optional(),
});

/** @param packages Names of installed packages, sorted. */
export async function thirdPartyNotices(root: string, packages: readonly string[]): Promise<string> {
  const sections = await Promise.all(packages.map(name => notice(join(root, 'node_modules', name))));
  const rule = `\n\n${'-'.repeat(78)}\n\n`;
  return ['Lockstep contains code of the following packages.', ...sections].join(rule) + '\n';
}

async function notice(folder: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const licenceFile = (await readdir(folder)).find(name => /^(licen[cs]e|copying)/i.test(name));
  const text = licenceFile === undefined ? '' : (await readFile(join(folder, licenceFile), 'utf8')).trim();
  const heading = `${manifest.name} ${manifest.version} (${manifest.license})`;
  return [heading, manifest.homepage ?? '', text].filter(part => part !== '').join('\n\n');
}
