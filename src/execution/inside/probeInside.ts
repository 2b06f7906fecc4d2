/**
 * Asks a container, by one execution, everything that must be known before a command starts in it: whether it sees the
 * run's folder and may write there, who runs there, in which environment and system, and which Python the command names.
 */
import * as z from 'zod';
import type { ContainerApi } from './containerApi.ts';

/** What the Python of the command says of itself; a twin of the question in capture/pythonProbe.ts, but for this one. */
const pythonQuestion = `
import json, os, sys
try:
    import platform
    libc = "-".join(platform.libc_ver()).strip("-")
except Exception:
    libc = ""
folder = os.path.dirname(sys.executable)
homes = [p for p in (folder, os.path.dirname(folder)) if os.path.exists(os.path.join(p, "pyvenv.cfg"))]
print(json.dumps({"path": sys.executable, "realPath": os.path.realpath(sys.executable), "version": "%d.%d.%d" % sys.version_info[:3] + ("" if sys.version_info[3] == "final" else sys.version_info[3][0] + str(sys.version_info[4])), "implementation": sys.implementation.name, "prefix": (homes + [sys.prefix])[0], "libc": libc}))
`.trim();

/**
 * Arguments: a file that must be seen, the folder that must be writable, the working folder, the Python to ask (or
 * nothing), its question. Prints parts that each end with a line of their own; the environment comes last, as the
 * kernel has it.
 */
const script = `
[ -e "$1" ] && echo seen || echo unseen
[ -w "$2" ] && echo writable || echo unwritable
id -u; id -g
cd "$3" 2>/dev/null && echo there || echo lost
sed -n 's/^PRETTY_NAME="\\{0,1\\}\\([^"]*\\)"\\{0,1\\}$/\\1/p' /etc/os-release 2>/dev/null | head -n 1
echo .
if [ -n "$4" ]; then "$4" -I -S -c "$5" 2>/dev/null; fi
echo .
cat /proc/$$/environ
`.trim();

const pythonSchema = z.object({
  path: z.string(),
  realPath: z.string(),
  version: z.string(),
  implementation: z.string(),
  prefix: z.string(),
  libc: z.string(),
});

export interface ProbedContainer {
  readonly seesRun: boolean;
  readonly mayWrite: boolean;
  readonly seesFolder: boolean;
  readonly uid: number;
  readonly gid: number;
  /** `Debian GNU/Linux 12 (bookworm)`; undefined where the image does not say. */
  readonly os: string | undefined;
  readonly python: z.infer<typeof pythonSchema> | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ProbeRequest {
  readonly container: string;
  readonly user: string | undefined;
  /** `NAME=value`, over the container's own. */
  readonly env: readonly string[];
  /** As the container knows them. */
  readonly file: string;
  readonly folder: string;
  readonly cwd: string;
  /** Name or path of the interpreter that the command names. */
  readonly python: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Undefined when the answer makes no sense: there is no usable shell. Rejects as the engine does. */
export async function probeInside(
  api: ContainerApi,
  { container, user, env, file, folder, cwd, python, signal }: ProbeRequest,
): Promise<ProbedContainer | undefined> {
  const argv = ['/bin/sh', '-c', script, 'lockstep-probe', file, folder, cwd, python ?? '', pythonQuestion];
  const { stdout } = await api.run(container, { argv, user, env }, { signal, patienceMs: 60_000 });
  return readProbe(stdout);
}

export function readProbe(answer: Buffer): ProbedContainer | undefined {
  const text = answer.toString('utf8');
  const [, seen, writable, uid, gid, there, os, python, environment] =
    /^(seen|unseen)\n(writable|unwritable)\n(\d+)\n(\d+)\n(there|lost)\n([^\n]*\n)?\.\n([^]*?)\.\n([^]*)$/.exec(
      text,
    ) ?? [];
  if (uid === undefined || gid === undefined || environment === undefined) return undefined;
  return {
    seesRun: seen === 'seen',
    mayWrite: writable === 'writable',
    seesFolder: there === 'there',
    uid: Number(uid),
    gid: Number(gid),
    os: os?.trim() === '' ? undefined : os?.trim(),
    python: pythonOf(python ?? ''),
    environment: environmentOf(environment),
  };
}

function pythonOf(text: string): ProbedContainer['python'] {
  try {
    return pythonSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** As the kernel has it: `NAME=value`, each followed by a zero. */
export function environmentOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\0').flatMap(entry => {
      const equals = entry.indexOf('=');
      return equals <= 0 ? [] : [[entry.slice(0, equals), entry.slice(equals + 1)]];
    }),
  );
}
