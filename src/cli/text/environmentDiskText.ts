/** What environments take, as lines for people. */
import type { EnvironmentDisk } from '../../environments/devcontainer/environmentDisk.ts';
import type { ManagedPython } from '../../environments/python/managedEnvironments.ts';
import type { RemovedPython } from '../commands/env/pythonDisk.ts';
import { countText, momentText, sizeText } from './describe.ts';
import { printable } from './printable.ts';

export function environmentDiskText({ parts, engine }: EnvironmentDisk): string {
  const own = parts.map(
    ({ kind, name, bytes }) =>
      `  ${kind.padEnd(9)}  ${(bytes === undefined ? '' : sizeText(bytes)).padStart(8)}  ${printable(name)}\n`,
  );
  const all = engine.map(
    ({ kind, count, size, reclaimable }) =>
      `  ${printable(kind).padEnd(14)} ${String(count).padStart(5)}  ${printable(size).padStart(9)}, ${printable(reclaimable)} of it unused\n`,
  );
  return `${own.length === 0 ? 'This project has no container.\n' : `This project:\n${own.join('')}`}${
    all.length === 0 ? '' : `The engine in all:\n${all.join('')}`
  }`;
}

/** Empty where there is none. */
export function pythonText(environments: readonly ManagedPython[]): string {
  if (environments.length === 0) return '';
  const lines = environments.map(
    ({ folder, state, python, bytes, projects, lastUsed, inUse }) =>
      `  ${sizeText(bytes).padStart(8)}  ${(python === undefined ? '' : `Python ${printable(python)}`).padEnd(14)}  ${[
        stateText(state, inUse),
        `last used ${momentText(lastUsed)}`,
        ...(projects.length === 0 ? [] : [`by ${projectsText(projects)}`]),
      ].join(', ')}\n            ${printable(folder)}\n`,
  );
  return `Python environments that Lockstep made:\n${lines.join('')}`;
}

export function removedText({ removed, freed, kept }: RemovedPython): string {
  const rest = kept === 0 ? '' : ` ${countText(kept, 'environment')} ${kept === 1 ? 'stays' : 'stay'}.`;
  return removed.length === 0
    ? `Nothing was removed.${rest}\n`
    : `Removed ${countText(removed.length, 'environment')}: ${sizeText(freed)} freed.${rest}\n`;
}

function stateText(state: ManagedPython['state'], inUse: boolean): string {
  switch (state) {
    case 'ready':
      return inUse ? 'in use' : 'ready';
    case 'put-aside':
      return inUse ? 'changed and put aside, in use' : 'changed and put aside';
    case 'being-built':
      return 'being built';
    case 'unfinished':
      return 'never finished';
  }
}

function projectsText(projects: readonly string[]): string {
  const [first = '', ...others] = projects;
  return `${printable(first)}${others.length === 0 ? '' : ` and ${countText(others.length, 'other')}`}`;
}
