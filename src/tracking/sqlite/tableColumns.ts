/** The columns of a table from the statement that made it, in their order, in lower case. */

const notColumns = new Set(['constraint', 'primary', 'unique', 'check', 'foreign']);

export interface TableColumns {
  readonly columns: readonly string[];
  /** A column of type INTEGER that alone is the primary key is another name of the row number; -1 for none. */
  readonly rowidColumn: number;
}

export function tableColumns(sql: string): TableColumns {
  const open = sql.indexOf('(');
  const columns: string[] = [];
  const integers = new Set<string>();
  let key: string | undefined;
  for (const part of open < 0 ? [] : partsOf(sql, open + 1)) {
    const name = firstName(part);
    if (name === undefined) continue;
    if (!name.quoted && notColumns.has(name.text)) {
      const named = /\bprimary\s+key\s*\(\s*([^,()]+?)\s*(?:asc\s*)?\)/i.exec(part)?.[1];
      key = named === undefined ? key : firstName(named)?.text;
      continue;
    }
    columns.push(name.text);
    if (/^integer\b(?!\s*\()/i.test(name.rest)) {
      integers.add(name.text);
      if (/\bprimary\s+key\b(?!\s+desc)/i.test(name.rest)) key = name.text;
    }
  }
  return { columns, rowidColumn: key !== undefined && integers.has(key) ? columns.indexOf(key) : -1 };
}

/** What stands between the commas of the outermost brackets. Quotes and comments hide brackets and commas. */
function partsOf(sql: string, from: number): string[] {
  const parts: string[] = [];
  const tokens =
    /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[(),]/g;
  tokens.lastIndex = from;
  let depth = 0;
  let part = '';
  let at = from;
  for (let token = tokens.exec(sql); token !== null; token = tokens.exec(sql)) {
    part += sql.slice(at, token.index);
    at = tokens.lastIndex;
    const [text] = token;
    if (text === '(') depth++;
    if (text === ')') depth--;
    if (depth < 0) return [...parts, part];
    if (text === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else if (!text.startsWith('--') && !text.startsWith('/*')) part += text;
  }
  return [...parts, part + sql.slice(at)];
}

function firstName(part: string): { text: string; quoted: boolean; rest: string } | undefined {
  const match = /^\s*(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|'((?:[^']|'')*)'|([^\s(,]+))/.exec(
    part,
  );
  if (match === null) return undefined;
  const [, double, back, square, single, bare] = match;
  const quoted =
    double?.replaceAll('""', '"') ?? back?.replaceAll('``', '`') ?? square ?? single?.replaceAll("''", "'");
  return {
    text: (quoted ?? bare ?? '').toLowerCase(),
    quoted: quoted !== undefined,
    rest: part.slice(match[0].length).trim(),
  };
}
