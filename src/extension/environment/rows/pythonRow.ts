/** The Python environment of a project without a devcontainer: which one, and how it stands to its lock. */
import { relative } from 'node:path';
import type { ProjectEnvironment } from '../host/environmentRequests.ts';
import { driftRows, lockText, lockWord } from './driftRows.ts';
import { dotted, plain, type EnvironmentRow, type Words } from './environmentRow.ts';

export function pythonRow(environment: ProjectEnvironment, l10n: Words): EnvironmentRow {
  const { root, lock, interpreter } = environment;
  return {
    id: `${root}\npython`,
    label: l10n.t('Python environment'),
    description: dotted(
      lock?.python === undefined ? '' : `Python ${lock.python}`,
      interpreter === undefined ? l10n.t('no Python found') : plain(shownPath(root, interpreter), 80),
      lockText(environment, l10n),
    ),
    icon: 'symbol-namespace',
    tooltip: [
      ...(interpreter === undefined ? [] : [interpreter]),
      ...(lock === undefined ? [] : [lock.path]),
      ...(lock?.packages === undefined ? [] : [l10n.t('{0} Python packages', lock.packages)]),
    ],
    context: ['pythonEnvironment', lockWord(environment)].join(' '),
    root,
    children: driftRows(environment, l10n),
  };
}

/** Inside the project without what leads there: `.venv/bin/python`. */
function shownPath(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : inside;
}
