/**
 * The numbers and texts that code, a configuration or a command states, worded as the hook words a seed: so a seed that was
 * seen can be found there, however it is written (`1_000`, `1e3` and `0x3e8` are one number).
 */

/** Each number without its sign, which is an operator before it, and each quoted text. */
export function statedWords(text: string): string[] {
  const quoted = [...text.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, one, other]) => one ?? other ?? '');
  return [...numbersIn(text), ...quoted.flatMap(textWords)];
}

/** As {@link statedWords} of something that is a text as a whole, as a word of a command is. */
export function textWords(text: string): string[] {
  const bytes = Buffer.from(text.slice(0, mostHashed));
  const hash = fnv1a(bytes).toString(16).padStart(8, '0');
  return [
    `str of ${Array.from(text).length} characters, hash ${hash}`,
    `bytes of ${bytes.length} bytes, hash ${hash}`,
  ];
}

/** What a seed consists of: `[1, 2]` of two numbers. None where its value is not told, as that of an object. */
export function wordsOfSeed(value: string): string[] {
  if (/^(?:str|bytes) of \d+ \w+, hash [0-9a-f]{8}$/.test(value)) return [value];
  return /^[[(]*-?[\d.][\d.e+, ()[\]-]*$/.test(value) ? numbersIn(value) : [];
}

function numbersIn(text: string): string[] {
  return [...text.matchAll(number)].flatMap(([word]) => normalised(word) ?? []);
}

const number =
  /(?<![\w.])(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/g;

function normalised(word: string): string | undefined {
  const plain = word.replaceAll('_', '');
  if (/^0[xXbBoO]./.test(plain)) return BigInt(plain).toString();
  if (/^\d+$/.test(plain)) return plain.replace(/^0+(?=\d)/, '');
  const value = Number(plain);
  return Number.isFinite(value) ? shortestText(value) : undefined;
}

function shortestText(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** As see_seeds.py hides texts. */
function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((found, byte) => Math.imul(found ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

const mostHashed = 65_536;
