/** Gives a project a devcontainer from a template. An existing one is respected: nothing replaces it without `force`. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { applyTemplate } from './applyTemplate.ts';
import type { AppliedTemplate } from './applyTemplate.ts';
import { checkOptions } from './checkOptions.ts';
import { environmentExists } from './errors.ts';
import type { OptionValues, Template } from './template.ts';

export interface CreatedEnvironment extends AppliedTemplate {
  readonly template: string;
  /** A value for each option. */
  readonly options: OptionValues;
}

/** @param root Of the project. Throws `environment-exists` and what checkOptions and applyTemplate throw. */
export async function createEnvironment(
  root: string,
  template: Template,
  given: OptionValues,
  { force = false, signal }: { readonly force?: boolean; readonly signal?: AbortSignal } = {},
): Promise<CreatedEnvironment> {
  const options = checkOptions(template, given);
  const existing = await existingDevcontainer(root);
  if (existing.length > 0 && !force) throw environmentExists(existing);
  const applied = await applyTemplate(template.folder, options, root, {
    force,
    ...(signal === undefined ? {} : { signal }),
  });
  return { template: template.id, options, ...applied };
}

/** What makes a project one with a devcontainer, relative to it. */
async function existingDevcontainer(root: string): Promise<string[]> {
  const found = await Promise.all(
    ['.devcontainer', '.devcontainer.json'].map(async path =>
      lstat(join(root, path)).then(
        () => path,
        () => undefined,
      ),
    ),
  );
  return found.filter(path => path !== undefined);
}
