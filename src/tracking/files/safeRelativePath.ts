/**
 * A path that a source names, with forward slashes and within its folder; undefined for one that would leave it. What
 * a program logs is data: it must not make anyone read another file.
 */
export function safeRelativePath(path: string): string | undefined {
  if (path === '' || path.length > 4000 || path.includes('\0')) return undefined;
  const parts = path.replaceAll('\\', '/').split('/');
  if (parts[0] === '' || /^[A-Za-z]:/.test(path) || parts.includes('..')) return undefined;
  const kept = parts.filter(part => part !== '' && part !== '.');
  return kept.length === 0 ? undefined : kept.join('/');
}
