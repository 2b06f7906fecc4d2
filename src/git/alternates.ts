/** Object folders that git reads besides its own, for one command: an environment variable, a list like PATH. */
import { delimiter } from 'node:path';

/** @param folders Absolute; each is quoted as git unquotes it. */
export function alternates(...folders: readonly string[]): {
  readonly GIT_ALTERNATE_OBJECT_DIRECTORIES: string;
} {
  return { GIT_ALTERNATE_OBJECT_DIRECTORIES: folders.map(quoted).join(delimiter) };
}

function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
