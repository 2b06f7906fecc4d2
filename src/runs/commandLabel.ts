/** Short names for commands: what a person would call them. */

const interpreters =
  /^(?:python|pypy|node|ruby|Rscript|julia|perl|bash|zsh|sh|dash|pwsh)(?:[\d.]*)(?:\.exe)?$/;
const launchers = /^(?:torchrun|accelerate|mpirun|mpiexec|deepspeed|uv|poetry|pdm|env|time|nice)$/;

/** The command without the interpreter's path: `train.py --lr 0.1`. Untrusted text, any length. */
export function commandLabel(argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  const name = baseName(program);
  if (!interpreters.test(name) || rest.length === 0) return [name, ...rest].join(' ');
  if (rest[0]?.startsWith('-') === true) return [name, ...rest].join(' ');
  return [baseName(rest[0] ?? ''), ...rest.slice(1)].join(' ');
}

/** What the command runs, without its arguments: `train.py`, `-m pkg.train` as `pkg.train`, or the program. */
export function commandName(argv: readonly string[]): string {
  const name = baseName(argv[0] ?? '');
  if (!interpreters.test(name) && !launchers.test(name)) return name;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '-m') return argv[at + 1] ?? name;
    if (word === '-c') return name;
    if (/\.(?:py|sh|R|jl|js|mjs|ts|rb|pl|ipynb)$/.test(word)) return baseName(word);
  }
  return name;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
