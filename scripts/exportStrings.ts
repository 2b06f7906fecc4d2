/** Writes l10n/bundle.l10n.json anew: `node scripts/exportStrings.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectStrings } from './collectStrings.ts';
import { projectRoot } from './projectRoot.ts';

mkdirSync(join(projectRoot, 'l10n'), { recursive: true });
writeFileSync(
  join(projectRoot, 'l10n', 'bundle.l10n.json'),
  JSON.stringify(collectStrings(projectRoot), null, 2) + '\n',
);
