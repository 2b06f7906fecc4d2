/** The templates that come with Lockstep: in the package beside the bundles, in the project's own folder in development. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearestWord } from '../../runs/nearestWord.ts';
import { templateBroken, templateNotFound } from './errors.ts';
import { templateSchema } from './template.ts';
import type { Template } from './template.ts';

/** Beside the bundle, else three folders up from this file. Absolute. */
export function templatesFolder(): string {
  const shipped = join(import.meta.dirname, 'devcontainer-templates');
  return existsSync(shipped)
    ? shipped
    : join(import.meta.dirname, '..', '..', '..', 'devcontainer-templates');
}

/** All of them, sorted by id. Throws `template-broken`. */
export async function readTemplates(folder = templatesFolder()): Promise<Template[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw templateBroken(folder, String(error));
  });
  const ids = entries.filter(entry => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(ids.sort().map(id => readTemplate(join(folder, id))));
}

/** Throws `template-not-found`, with the word that was probably meant. */
export function findTemplate(templates: readonly Template[], id: string): Template {
  const found = templates.find(template => template.id === id);
  const ids = templates.map(template => template.id);
  if (found === undefined) throw templateNotFound(id, nearestTemplate(id, ids), ids);
  return found;
}

async function readTemplate(folder: string): Promise<Template> {
  try {
    const text = await readFile(join(folder, 'devcontainer-template.json'), 'utf8');
    return { ...templateSchema.parse(JSON.parse(text)), folder };
  } catch (error) {
    throw templateBroken(folder, `devcontainer-template.json: ${String(error).split('\n')[0] ?? ''}`);
  }
}

/** `pytorch` means pytorch-cuda: the first whose name begins with it. */
function nearestTemplate(id: string, ids: readonly string[]): string | undefined {
  return nearestWord(id, ids) ?? ids.find(known => known.startsWith(`${id}-`));
}
