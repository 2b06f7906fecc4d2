/**
 * Asks the frameworks inside a container what they see. Each in a process of its own: one that hangs or crashes on a sick
 * driver costs itself alone, and none is imported that is not installed.
 */
import * as z from 'zod';

const answerSchema = z.looseObject({
  version: z.string().default(''),
  sees: z.int().nonnegative().default(0),
  /** The CUDA or ROCm it was built for; null where it was built for none. */
  built: z.string().nullish(),
  /** Machine code it has: `sm_90`, `compute_90`, `gfx942`. */
  archs: z.array(z.string()).default([]),
  /** Compute capabilities of the GPUs it sees. */
  capabilities: z.array(z.string()).default([]),
  names: z.array(z.string()).default([]),
  error: z.string().nullish(),
});
export type FrameworkAnswer = z.infer<typeof answerSchema>;

const mark = 'lockstep-frameworks:';

/** Framework → answer, of what the script printed, whatever else is around it. */
export function parseFrameworks(stdout: string): Map<string, FrameworkAnswer> {
  const line = stdout.split(/\r?\n/).findLast(one => one.startsWith(mark));
  const answers = new Map<string, FrameworkAnswer>();
  if (line === undefined) return answers;
  let document: unknown;
  try {
    document = JSON.parse(line.slice(mark.length));
  } catch {
    return answers;
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(document);
  for (const [name, value] of Object.entries(parsed.success ? parsed.data : {})) {
    const answer = answerSchema.safeParse(value);
    if (answer.success) answers.set(name, answer.data);
  }
  return answers;
}

/** Whether machine code of `archs` runs on a GPU of `capability`: the same major and no newer minor, or code for JIT. */
export function hasCodeFor(capability: string, archs: readonly string[]): boolean {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)$/.exec(capability) ?? [];
  if (major === '') return true;
  const wanted = Number(major) * 10 + Number(minor);
  return archs.some(arch => {
    const [, kind, digits, exact] = /^(sm|compute)_(\d+)([a-z]?)$/.exec(arch) ?? [];
    if (kind === undefined) return false;
    const has = Number(digits);
    if (exact !== '') return has === wanted;
    if (kind === 'compute') return has <= wanted;
    return Math.floor(has / 10) === Number(major) && has <= wanted;
  });
}

/** Seconds that one framework may take; TensorFlow and a first start from a slow disk need many. */
const frameworkSeconds = 90;

/** Python 3.6 and newer, standard library alone. Prints one marked line of JSON. */
export const frameworkScript = `
import importlib.util, json, os, subprocess, sys, threading
PROBES = {
'torch': '''
import json, torch
r = {'version': torch.__version__, 'built': torch.version.cuda or getattr(torch.version, 'hip', None)}
try:
    r['sees'] = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if r['sees']:
        r['archs'] = torch.cuda.get_arch_list()
        r['names'] = [torch.cuda.get_device_name(i) for i in range(r['sees'])]
        r['capabilities'] = ['%d.%d' % torch.cuda.get_device_capability(i) for i in range(r['sees'])]
        (torch.ones(8, device='cuda') * 2).sum().item()
    elif r['built']:
        torch.cuda.init()
except Exception as e:
    r['error'] = str(e)
print(json.dumps(r))
''',
'tensorflow': '''
import json, tensorflow as tf
r = {'version': tf.__version__}
try:
    info = tf.sysconfig.get_build_info()
    r['built'] = info.get('cuda_version') or (info.get('is_rocm_build') and 'ROCm') or None
    found = tf.config.list_physical_devices('GPU')
    r['sees'] = len(found)
    details = [tf.config.experimental.get_device_details(d) for d in found]
    r['names'] = [d.get('device_name', '') for d in details]
    r['capabilities'] = ['%d.%d' % d['compute_capability'] for d in details if d.get('compute_capability')]
except Exception as e:
    r['error'] = str(e)
print(json.dumps(r))
''',
'jax': '''
import importlib.util, json, jax
r = {'version': jax.__version__}
plugins = [n for n in ('jax_cuda13_plugin', 'jax_cuda12_plugin', 'jax_rocm7_plugin', 'jax_rocm60_plugin') if importlib.util.find_spec(n)]
r['built'] = plugins[0].split('_')[1] if plugins else None
try:
    found = [d for d in jax.devices() if d.platform in ('gpu', 'cuda', 'rocm')]
    r['sees'] = len(found)
    r['names'] = [d.device_kind for d in found]
except Exception as e:
    r['error'] = str(e)
print(json.dumps(r))
''',
}
answers = {}
def ask(name):
    env = dict(os.environ, TF_CPP_MIN_LOG_LEVEL='3', XLA_PYTHON_CLIENT_PREALLOCATE='false')
    try:
        p = subprocess.run([sys.executable, '-c', PROBES[name]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=${frameworkSeconds})
        lines = p.stdout.decode('utf-8', 'replace').strip().splitlines()
        try:
            answers[name] = json.loads(lines[-1])
        except (IndexError, ValueError):
            tail = p.stderr.decode('utf-8', 'replace').strip().splitlines()[-1:]
            answers[name] = {'error': 'ended with code %d: %s' % (p.returncode, ' '.join(tail))}
    except subprocess.TimeoutExpired:
        answers[name] = {'error': 'gave no answer within ${frameworkSeconds} s'}
def present(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
threads = [threading.Thread(target=ask, args=(n,)) for n in PROBES if present(n)]
for t in threads: t.start()
for t in threads: t.join()
print('${mark}' + json.dumps(answers))
`;
