/** YAML line by line: plain `name: value` alone, which is how results are written. All else stays, and so counts. */
import type { BlankedField, BlankedText, VolatileFields } from './volatileField.ts';

const entry =
  /^([ \t]*(?:- +)?)(["']?)([^\s"'#:{}[\],][^"'#:{}[\],]*)\2(:[ \t]+)(["']?)([^"'#{}[\],&*|>!]+?)\5([ \t]*\r?)$/;

export function blankYaml(text: string, volatile: VolatileFields): BlankedText {
  const fields: BlankedField[] = [];
  const lines = text.split('\n').map(line => {
    const match = line.length > mostOfLine ? null : entry.exec(line);
    if (match === null) return line;
    const [, indent = '', quote = '', name = '', colon = '', , value = '', end = ''] = match;
    const found = volatile.markOf(name, value);
    if (found === undefined) return line;
    fields.push({ name: found.name, reason: found.reason, raw: value });
    return `${indent}${quote}${name}${quote}${colon}${found.mark}${end}`;
  });
  return { text: lines.join('\n'), fields };
}

const mostOfLine = 1000;
