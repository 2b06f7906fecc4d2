/** Reads `requirements.txt` as pip does: continued lines, comments, options; the files it includes are named, not read. */
import { UnreadError } from './readProjectText.ts';
import { badClause, readRequirement } from './readRequirement.ts';
import type { Requirement } from './readRequirement.ts';

export interface RequirementsFile {
  readonly requirements: readonly Requirement[];
  /** Of `-r`, as written. Constraints (`-c`) ask for nothing. */
  readonly includes: readonly string[];
  readonly indexes: readonly string[];
  readonly hashed: boolean;
}

/** Throws UnreadError with the line of a requirement that pip would refuse. */
export function readRequirementsFile(text: string): RequirementsFile {
  const requirements: Requirement[] = [];
  const includes: string[] = [];
  const indexes: string[] = [];
  let hashed = false;
  for (const { line, number } of joinedLines(text.replace(/^\uFEFF/, ''))) {
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
    if (read === undefined) continue;
    const bad = badClause(read.specifier);
    if (bad !== undefined)
      throw new UnreadError(
        `line ${number}: ${requirement.trim()} asks for no version that there can be (${bad})`,
      );
    requirements.push(read);
  }
  return { requirements, includes, indexes, hashed };
}

/** Lines with those that continue them, each with the number of its first, from 1. */
function joinedLines(text: string): { readonly line: string; readonly number: number }[] {
  const joined: { line: string; number: number }[] = [];
  let open = false;
  for (const [index, part] of text.split(/\r?\n/).entries()) {
    const last = joined.at(-1);
    const line = part.replace(/\\$/, ' ');
    if (open && last !== undefined) last.line += line;
    else joined.push({ line, number: index + 1 });
    open = part.endsWith('\\');
  }
  return joined;
}
