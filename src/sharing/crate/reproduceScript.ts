/**
 * `reproduce.sh` of an exported run: repeats it with a POSIX shell and Python, without Lockstep. Every text of the record
 * stands in single quotes, so nothing of it is read by the shell.
 */
import { readCommandWords } from '../../execution/capture/commandWords.ts';
import type { Plan } from '../../runs/plan.ts';
import { knownValue } from '../../runs/known.ts';

export interface ScriptRequest {
  readonly plan: Plan;
  /** Whether packages are to be installed. */
  readonly packages: boolean;
  /** What the run read that is not in the export: relative to the code, absolute, or `~/…`. */
  readonly missing: readonly string[];
}

/** Exit codes as `lockstep reproduce`: 0 reproduced, 1 diverged, 2 wrong use, 3 could not be done or told. */
export function reproduceScript({ plan, packages, missing }: ScriptRequest): string {
  const python = knownValue(plan.interpreter)?.version;
  // It stands in the script: numbers alone.
  const wanted = /^\d{1,3}\.\d{1,3}/.exec(python ?? '')?.[0];
  const place = readCommandWords(plan.argv).interpreter;
  const words = plan.argv.map((word, index) =>
    index === place
      ? '"$python"'
      : wordOf(word, plan, plan.secretArguments.includes(index) ? index : undefined),
  );
  const lines = [
    '#!/bin/sh',
    `# Repeats run ${plan.id} and compares the outcome. Needs a POSIX shell and Python 3; Lockstep is not needed.`,
    '#',
    '#   sh reproduce.sh [FOLDER]     works in FOLDER, which must not exist (reproduction/ beside this script)',
    '#',
    '# PYTHON=…        the Python to use; python3 otherwise',
    '# INSTALL=0       use its packages as they are, instead of an environment of those in requirements.txt',
    '# RTOL=…          how far the last value of a metric may be off, relatively; 1e-5 otherwise',
    '# Exit codes: 0 reproduced, 1 diverged, 2 wrong use, 3 could not be done or told.',
    'set -u',
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 3',
    'work=${1:-"$here/reproduction"}',
    'if [ -e "$work" ]; then echo "reproduce.sh: $work exists already" >&2; exit 2; fi',
    ...missingLines(missing),
    'python=${PYTHON:-python3}',
    'found=$("$python" -c \'import sys; print("%d.%d" % sys.version_info[:2])\') || {',
    '  echo "reproduce.sh: $python does not start; name a Python 3 with PYTHON=…" >&2; exit 3; }',
    ...(wanted === undefined
      ? []
      : [
          `if [ "$found" != ${quoted(wanted)} ]; then`,
          `  echo "reproduce.sh: the run used Python ${wanted}, this is $found; the outcome may differ" >&2`,
          'fi',
        ]),
    'mkdir -p -- "$work" && cp -R "$here/code/." "$work/" || exit 3',
    'work=$(CDPATH= cd -- "$work" && pwd) || exit 3',
    ...(packages
      ? [
          'if [ "${INSTALL:-1}" != 0 ]; then',
          '  "$python" -m venv "$work.venv" || exit 3',
          '  python="$work.venv/bin/python"',
          '  "$python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" || {',
          '    echo "reproduce.sh: the packages could not be installed; INSTALL=0 uses those of $found" >&2; exit 3; }',
          'fi',
        ]
      : []),
    ...variableLines(plan),
    'LOCKSTEP_METRICS="$work.metrics.jsonl"; export LOCKSTEP_METRICS',
    ': > "$LOCKSTEP_METRICS"',
    `cd -- "$work"${plan.cwd === '' ? '' : `/${quoted(plan.cwd)}`} || exit 3`,
    `${words.join(' ')} > "$work.stdout.log" 2> "$work.stderr.log" < ${plan.stdin === 'stored' ? '"$here/record/stdin"' : '/dev/null'}`,
    'status=$?',
    'cat "$work.stdout.log"',
    '[ "$status" = 0 ] || tail -n 20 "$work.stderr.log" >&2',
    '"$python" "$here/compare.py" "$here/expected.json" "$work" "$status"',
    '',
  ];
  return lines.join('\n');
}

/** Before anything else is done: all that somebody has to bring. */
function missingLines(missing: readonly string[]): string[] {
  if (missing.length === 0) return [];
  return [
    'lacking=0',
    ...missing.map(path => {
      const [place, where] = path.startsWith('~/')
        ? [`"$HOME"/${quoted(path.slice(2))}`, 'put it there']
        : path.startsWith('/')
          ? [quoted(path), 'put it there']
          : [`"$here/code"/${quoted(path)}`, 'put it into code/'];
      return `[ -e ${place} ] || { printf '%s\\n' ${quoted(`reproduce.sh: the run read ${printable(path)}, which is not part of this export: ${where}`)} >&2; lacking=1; }`;
    }),
    '[ "$lacking" = 0 ] || exit 3',
  ];
}

/** A message is one line. */
function printable(path: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return path.replace(/[\u0000-\u001f\u007f]/g, '?');
}

/** Those that the run had by value; paths into its folders become those of here. */
function variableLines(plan: Plan): string[] {
  return Object.entries(plan.variables).flatMap(([name, variable]) => {
    if (!('value' in variable) || typeof variable.value !== 'string') return [];
    if (!/^[A-Za-z_]\w*$/.test(name) || leftOut.has(name)) return [];
    return [`${name}=${wordOf(variable.value, plan)}; export ${name}`];
  });
}

/** They name places of the machine that it ran on. */
const leftOut = new Set([
  'PATH',
  'PWD',
  'OLDPWD',
  'HOME',
  'TMPDIR',
  'PYTHONPATH',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'LD_LIBRARY_PATH',
]);

/** A word for the shell: the folder of the run becomes `$work`, a home folder `$HOME`, a secret the variable it comes from. */
function wordOf(word: string, plan: Plan, secret?: number): string {
  const parts: string[] = [];
  let rest = word;
  const pattern =
    secret === undefined
      ? new RegExp(`(${escaped(plan.root)})(?=$|[/:;,=\\s"')\\]])|(/~home)(?=$|[/:;,=\\s"')\\]])`)
      : /(\$\{ENV:([A-Za-z_]\w*)\}|<secret>)/;
  for (;;) {
    const match = pattern.exec(rest);
    if (match === null) break;
    if (match.index > 0) parts.push(quoted(rest.slice(0, match.index)));
    if (secret !== undefined)
      parts.push(`"\${${match[2] ?? `LOCKSTEP_SECRET_${secret}`}:?is a secret of the command}"`);
    else parts.push(match[1] === undefined ? '"$HOME"' : '"$work"');
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== '' || parts.length === 0) parts.push(quoted(rest));
  return parts.join('');
}

/** For a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", String.raw`'\''`)}'`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
