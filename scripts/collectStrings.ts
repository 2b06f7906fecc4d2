/** Finds every string that the extension hands to `l10n.t`, so that the bundle for translators is never behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** In order of the text. Throws for a call whose text is not a literal: it could not be translated. */
export function collectStrings(root: string): Record<string, string> {
  const strings = new Set<string>();
  const folder = join(root, 'src', 'extension');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    visit(source, call => {
      const [text] = call.arguments;
      if (text === undefined || !ts.isStringLiteralLike(text)) {
        const { line } = source.getLineAndCharacterOfPosition(call.getStart());
        throw new Error(`${path}:${line + 1}: l10n.t needs a text that stands there as it is.`);
      }
      strings.add(text.text);
    });
  }
  return Object.fromEntries([...strings].sort().map(text => [text, text]));
}

function visit(node: ts.Node, onCall: (call: ts.CallExpression) => void): void {
  if (ts.isCallExpression(node) && /(?:^|\.)l10n\.t$/.test(node.expression.getText())) onCall(node);
  node.forEachChild(child => visit(child, onCall));
}
