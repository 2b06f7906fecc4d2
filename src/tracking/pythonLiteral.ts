/**
 * Reads a dict as Python's `print` writes it (`{'loss': 0.4, 'epoch': 1.0}`), the way Hugging Face's Trainer reports.
 * Numbers may be wrapped by their library: `tensor(0.4, device='cuda:0')`, `np.float64(0.4)`.
 */
export type PythonValue = number | string | boolean | null | { readonly [key: string]: PythonValue };

const deepestNesting = 8;
const numberForm = /[+-]?(?:(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|inf)/y;
const wrapperForm = /(?:(?:np|numpy|jnp|torch)\.)?(?:tensor|Array|array|float\d*|int\d*|bfloat16)\(/y;

/** The dict, or undefined when `text` is anything but one whole dict of such values. */
export function parsePythonDict(text: string): Record<string, PythonValue> | undefined {
  let at = 0;

  const spaces = (): void => {
    while (text[at] === ' ') at++;
  };
  const take = (token: string): boolean => {
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const match = (form: RegExp): string | undefined => {
    form.lastIndex = at;
    const found = form.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const quoted = (): string | undefined => {
    const quote = text[at];
    if (quote !== "'" && quote !== '"') return undefined;
    let content = '';
    for (at++; at < text.length; at++) {
      const character = text[at];
      if (character === quote) {
        at++;
        return content;
      }
      if (character === '\\') at++;
      content += text[at] ?? '';
    }
    return undefined;
  };
  const number = (): number | undefined => {
    const found = match(numberForm);
    return found === undefined ? undefined : pythonNumber(found);
  };
  const wrapped = (): number | undefined => {
    if (match(wrapperForm) === undefined) return undefined;
    const value = number();
    while (at < text.length && text[at] !== ')') at++;
    return take(')') ? value : undefined;
  };
  const value = (depth: number): PythonValue | undefined => {
    spaces();
    if (text[at] === '{') return depth < deepestNesting ? dict(depth + 1) : undefined;
    if (take('None')) return null;
    if (take('True')) return true;
    if (take('False')) return false;
    return quoted() ?? wrapped() ?? number();
  };
  const dict = (depth: number): Record<string, PythonValue> | undefined => {
    const fields: Record<string, PythonValue> = {};
    if (!take('{')) return undefined;
    spaces();
    if (take('}')) return fields;
    for (;;) {
      spaces();
      const key = quoted();
      spaces();
      if (key === undefined || !take(':')) return undefined;
      const field = value(depth);
      if (field === undefined) return undefined;
      if (key !== '__proto__') fields[key] = field;
      spaces();
      if (take('}')) return fields;
      if (!take(',')) return undefined;
    }
  };

  const result = dict(0);
  return result !== undefined && text.slice(at).trim() === '' ? result : undefined;
}

/** `1e-4`, `nan`, `-inf`, `1_000`; undefined for anything else. */
export function pythonNumber(text: string): number | undefined {
  const lower = text.toLowerCase().replaceAll('_', '');
  const special = /^([+-]?)(nan|inf|infinity)$/.exec(lower);
  if (special !== null) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(lower) ? Number(lower) : undefined;
}
