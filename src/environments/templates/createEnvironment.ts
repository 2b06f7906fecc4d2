/**
 * Gives a project a devcontainer from a template. An existing one is respected: nothing replaces it without `force`,
 * and then what it was lies in the trash of the store, which is emptied after 30 days.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { storePaths } from '../../runs/runPaths.ts';
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

export interface CreateRequest {
  /** Absolute. */
  readonly root: string;
  /** Of the project: its trash gets what is replaced. */
  readonly store: string;
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** Throws `environment-exists` and what checkOptions and applyTemplate throw. */
export async function createEnvironment(
  template: Template,
  given: OptionValues,
  { root, store, force = false, signal }: CreateRequest,
): Promise<CreatedEnvironment> {
  const options = checkOptions(template, given);
  const existing = await existingDevcontainer(root);
  if (existing.length > 0 && !force) throw environmentExists(existing);
  const applied = await applyTemplate(template.folder, options, root, {
    ...(force ? { force: join(storePaths(store).trash, ulid(), 'devcontainer') } : {}),
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
