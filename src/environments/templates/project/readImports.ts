/** Names of the modules that a Python script imports at the beginning of a line: a hint, no proof. */

export function readImports(text: string): string[] {
  const names = new Set<string>();
  for (const [, from, list] of text.matchAll(
    /^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([^\n#;]+))/gm,
  )) {
    if (from !== undefined) names.add(from);
    for (const part of list?.split(',') ?? []) {
      const name = /^\s*([A-Za-z_]\w*)/.exec(part)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return [...names];
}
