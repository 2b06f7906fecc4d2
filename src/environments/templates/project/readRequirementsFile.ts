/** Reads `requirements.txt` as pip does: continued lines, comments, options; the files it includes are named, not read. */
import { readRequirement } from './readRequirement.ts';
import type { Requirement } from './readRequirement.ts';

export interface RequirementsFile {
  readonly requirements: readonly Requirement[];
  /** Of `-r`, as written. Constraints (`-c`) ask for nothing. */
  readonly includes: readonly string[];
  readonly indexes: readonly string[];
  readonly hashed: boolean;
}

export function readRequirementsFile(text: string): RequirementsFile {
  const requirements: Requirement[] = [];
  const includes: string[] = [];
  const indexes: string[] = [];
  let hashed = false;
  for (const line of text
    .replace(/^\uFEFF/, '')
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)) {
    const content = line.replace(/(^|\s)#.*$/, '').trim();
    if (content === '') continue;
    const option =
      /^(-r|--requirement|-i|--index-url|--extra-index-url|-f|--find-links)(?:\s*=\s*|\s*)(\S+)/.exec(
        content,
      );
    if (option !== null) {
      const [, name = '', value = ''] = option;
      if (name === '-r' || name === '--requirement') includes.push(value);
      else indexes.push(value);
      continue;
    }
    if (content.startsWith('-')) continue;
    const [requirement = '', ...options] = content.split(/\s+(?=--)/);
    if (options.some(word => word.startsWith('--hash'))) hashed = true;
    const read = readRequirement(requirement);
    if (read !== undefined) requirements.push(read);
  }
  return { requirements, includes, indexes, hashed };
}
