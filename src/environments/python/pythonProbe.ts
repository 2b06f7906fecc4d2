/**
 * Asks a Python interpreter about itself, without ever importing user code (`-I -S`: no site-packages, no .pth files, no
 * PYTHON* variables), and remembers the answer per executable: an interpreter that has not changed is not asked again.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { runCommand } from '../../base/runCommand.ts';

/** What the program prints. `site.getsitepackages` is only computed, the module's own start-up does not run. */
const question = `
import json, sys, sysconfig
try:
    import site
    sites = site.getsitepackages([sys.base_prefix])
    user = site.getusersitepackages()
except Exception:
    sites, user = [], None
paths = sysconfig.get_paths()
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3] + ("" if sys.version_info[3] == "final" else sys.version_info[3][0] + str(sys.version_info[4])),
    "implementation": sys.implementation.name,
    "prefix": sys.base_prefix,
    "standard": [p for p in [paths.get("stdlib"), paths.get("platstdlib")] if p],
    "sites": sites + [p for p in [paths.get("purelib"), paths.get("platlib")] if p and p not in sites],
    "user": user,
}))
`;

const answerSchema = z.object({
  version: z.string(),
  implementation: z.string(),
  /** Of the base installation, also when a virtual environment is asked. */
  prefix: z.string(),
  standard: z.array(z.string()),
  sites: z.array(z.string()),
  user: z.string().nullable(),
});
export type PythonFacts = z.infer<typeof answerSchema>;

const cachedSchema = z.object({
  schemaVersion: z.literal(1),
  size: z.number(),
  modifiedAt: z.number(),
  facts: answerSchema,
});

export interface ProbeOptions {
  /** Folder for remembered answers, in the user's cache. Without it every call asks. */
  readonly cacheDir?: string | undefined;
  readonly cwd?: string | undefined;
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const patienceMs = 10_000;

/** Rejects when `executable` cannot be started, is no Python 3.8 or later, or does not answer in time. */
export async function probePython(executable: string, options: ProbeOptions = {}): Promise<PythonFacts> {
  const real = await realpath(executable);
  const { size, mtimeMs } = await stat(real);
  const cacheFile =
    options.cacheDir === undefined
      ? undefined
      : join(options.cacheDir, `python-${createHash('sha256').update(real).digest('hex').slice(0, 24)}.json`);
  const cached = await readCached(cacheFile);
  if (cached !== undefined && cached.size === size && cached.modifiedAt === mtimeMs) return cached.facts;

  // Asked by its real path: through a link, older versions take the folder of the link for their own.
  const outcome = await runCommand({
    program: real,
    args: ['-I', '-S', '-c', question],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.variables === undefined ? {} : { env: { ...options.variables } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    timeoutMs: patienceMs,
    maxOutputBytes: 256 * 1024,
  });
  const facts = answerSchema.parse(JSON.parse(outcome.stdout.toString('utf8')));
  if (cacheFile !== undefined && options.cacheDir !== undefined) {
    const remembered = { schemaVersion: 1, size, modifiedAt: mtimeMs, facts };
    // A cache that cannot be written costs the next run some milliseconds, nothing else.
    await mkdir(options.cacheDir, { recursive: true }).catch(() => undefined);
    await writeJsonAtomic(cacheFile, remembered).catch(() => undefined);
  }
  return facts;
}

async function readCached(path: string | undefined): Promise<z.infer<typeof cachedSchema> | undefined> {
  if (path === undefined) return undefined;
  try {
    return cachedSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
