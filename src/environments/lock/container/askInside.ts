/** Asks a running container, by one execution, which packages it has and what its frameworks were built for. */
import * as z from 'zod';
import type { ContainerState } from '../../devcontainer/environmentState.ts';
import type { EngineClient } from '../../engine/engineClient.ts';
import type { LockedPython } from '../../environmentLock.ts';
import { mergeConda } from '../../python/condaPackages.ts';
import { lockPython, type KnownHashes } from '../../python/lockPython.ts';
import { listingScript, readCondaRecords, readListing } from '../../python/listingScript.ts';
import { insideUnreadable } from './errors.ts';

export interface InsideFacts {
  /** Sorted `name=version`; undefined where the image has no dpkg. */
  readonly dpkg?: readonly string[];
  /** Undefined where there is no Python that answers. */
  readonly python?: LockedPython;
  readonly probe: Readonly<Record<string, string>>;
}

/** What the interpreter is, which folders it has, what conda and the frameworks left there: one line before the listing. */
const factsScript = `
import json, os, re, site, sys, sysconfig
def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except (IOError, OSError):
        return ""
folders = list(sys.path)
venv = read(os.path.join(sys.prefix, "pyvenv.cfg"))
try:
    user = site.getusersitepackages()
    if (not venv or "include-system-site-packages = true" in venv) and user not in folders:
        folders.insert(0, user)
except Exception:
    pass
conda = []
meta = os.path.join(sys.prefix, "conda-meta")
for name in sorted(os.listdir(meta)) if os.path.isdir(meta) else []:
    if name.endswith(".json"):
        try:
            record = json.loads(read(os.path.join(meta, name)))
            conda.append({k: record[k] for k in ("name", "version", "build", "build_string", "channel", "url", "md5", "sha256") if isinstance(record.get(k), str)})
        except Exception:
            pass
torch = {}
for folder in folders:
    text = read(os.path.join(folder, "torch", "version.py"))
    if text:
        for name in ("__version__", "cuda", "hip"):
            match = re.search(r"^%s\\b[^=\\n]*=\\s*['\\"]([^'\\"]+)['\\"]" % name, text, re.M)
            if match:
                torch[name] = match.group(1)
        break
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3] + ("" if sys.version_info[3] == "final" else sys.version_info[3][0] + str(sys.version_info[4])),
    "implementation": sys.implementation.name, "platform": sysconfig.get_platform(), "conda": conda, "torch": torch,
    "manager": "conda" if os.path.isdir(meta) else "uv" if re.search(r"^uv\\s*=", venv, re.M) else "venv" if venv else "system",
}))
sys.argv[1] = json.dumps(folders)
`.trim();

/** Argument: the Python program. Parts end with a line of a single point. */
const shellScript = `
if command -v dpkg-query >/dev/null 2>&1; then
  echo dpkg
  dpkg-query -W -f='\${db:Status-Status} \${binary:Package}=\${Version}\\n'
fi
echo .
sed -n 's/^PRETTY_NAME="\\{0,1\\}\\([^"]*\\)"\\{0,1\\}$/\\1/p' /etc/os-release 2>/dev/null | head -n 1
echo .
python=$(command -v python3 || command -v python) && "$python" -I -c "$1" '[]' contents
`.trim();

const factsSchema = z.object({
  version: z.string(),
  implementation: z.string(),
  platform: z.string(),
  manager: z.enum(['uv', 'venv', 'conda', 'pixi', 'system']),
  conda: z.array(z.unknown()),
  torch: z.record(z.string(), z.string()),
});

export interface InsideQuestion {
  readonly client: EngineClient;
  readonly container: ContainerState;
  /** The image's own variables: they say which CUDA it has. */
  readonly environment: Readonly<Record<string, string>>;
  readonly hashes?: KnownHashes;
  readonly signal?: AbortSignal | undefined;
}

const patienceMs = 120_000;

/** Rejects when the container does not run, gives no sensible answer, or when aborted. */
export async function askInside({
  client,
  container,
  environment,
  hashes,
  signal,
}: InsideQuestion): Promise<InsideFacts> {
  const program = `${factsScript}\n${listingScript}`;
  const { stdout, stderr } = await client.exec(
    container.id,
    ['/bin/sh', '-c', shellScript, 'lockstep-packages', program],
    {
      user: container.remoteUser,
      environment: container.remoteEnv,
      timeoutMs: patienceMs,
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const facts = readInside(stdout.toString('utf8'), container.remoteWorkspaceFolder, environment, hashes);
  if (facts === undefined) throw insideUnreadable(container.name, stderr);
  return facts;
}

/** The pure part of {@link askInside}; undefined where the answer is none. `root`: the project, inside. */
export function readInside(
  text: string,
  root: string,
  environment: Readonly<Record<string, string>>,
  hashes?: KnownHashes,
): InsideFacts | undefined {
  const [, packages, os, python] = /^((?:[^]*\n)?)\.\n([^\n]*\n)?\.\n([^]*)$/.exec(text) ?? [];
  if (packages === undefined || python === undefined) return undefined;
  const [first, ...lines] = packages.split('\n').filter(line => line !== '');
  const [factsLine = '', listing = ''] = python.trim().split('\n').slice(-2);
  const locked = pythonOf(factsLine, listing, root, hashes);
  return {
    ...(first === 'dpkg' ? { dpkg: lines.flatMap(installed).sort() } : {}),
    ...(locked === undefined ? {} : { python: locked.python }),
    probe: probeOf(os?.trim() ?? '', environment, locked),
  };
}

/** `installed bash=5.2-1`; what is only configured or half there is not installed. */
function installed(line: string): string[] {
  return line.startsWith('installed ') ? [line.slice('installed '.length)] : [];
}

interface ReadPython {
  readonly python: LockedPython;
  readonly torch: Readonly<Record<string, string>>;
}

function pythonOf(
  factsLine: string,
  listing: string,
  root: string,
  hashes: KnownHashes | undefined,
): ReadPython | undefined {
  try {
    const { conda, torch, ...facts } = factsSchema.parse(JSON.parse(factsLine));
    const packages = mergeConda(
      readListing(listing, path => path),
      readCondaRecords(conda),
    );
    return { python: lockPython({ ...facts, packages }, root, hashes), torch };
  } catch {
    // No Python, or one too old for the question: there is nothing of it to lock.
    return undefined;
  }
}

function probeOf(
  os: string,
  environment: Readonly<Record<string, string>>,
  read: ReadPython | undefined,
): Record<string, string> {
  const probe: Record<string, string> = {};
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') probe[name] = value;
  };
  add('os', os);
  for (const name of ['CUDA_VERSION', 'NV_CUDNN_VERSION', 'ROCM_VERSION']) add(name, environment[name]);
  add('torch', read?.torch['__version__']);
  add('torch.cuda', read?.torch['cuda']);
  add('torch.hip', read?.torch['hip']);
  for (const { name, version } of read?.python.packages ?? [])
    if (name === 'tensorflow' || name === 'jax' || name === 'jaxlib') add(name, version);
  return probe;
}
