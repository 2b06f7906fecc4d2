/** Changes one property of devcontainer.json. Invariant: every other byte, comments and line ends included, stays. */
import { applyEdits, modify, parseTree } from 'jsonc-parser';

/**
 * Sets the property at `path`, makes it where it is missing, or with `undefined` removes it. Indentation and line
 * ends of what is new follow the file. Text that is no JSON object is returned as it is.
 */
export function editDevcontainer(text: string, path: readonly (string | number)[], value: unknown): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const body = text.slice(mark.length);
  if (parseTree(body, [], { allowTrailingComma: true })?.type !== 'object') return text;
  const indent = /^([ \t]+)\S/m.exec(body)?.[1] ?? '  ';
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: body.includes('\r\n') ? '\r\n' : '\n',
  };
  return mark + applyEdits(body, modify(body, [...path], value, { formattingOptions }));
}
