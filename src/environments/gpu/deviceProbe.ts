/** The part of the smoke test that needs a shell alone: device nodes, the driver's library, and what its tool says. */
import type { GpuVendor } from './gpuHost.ts';

export interface DeviceFinding {
  readonly visible: boolean;
  /** As nvidia-smi or rocminfo names them, else the nodes. */
  readonly devices: readonly string[];
  /** Nodes that are there and may not be opened. */
  readonly denied: readonly string[];
  readonly hasLibrary: boolean;
  /** A node of the vendor is in the container at all. */
  readonly passed: boolean;
  /** nvidia-smi works inside; it needs less of the driver than CUDA does. */
  readonly toolWorks?: true;
  /** All that nvidia-smi says when it fails. */
  readonly toolSays?: string | undefined;
}

/** POSIX sh. Opening a node tells more than its mode: a control group can forbid what the mode allows. */
export const deviceProbe = `
for n in /dev/nvidia[0-9]* /dev/nvidiactl /dev/dxg /dev/kfd /dev/dri/renderD*; do
  [ -e "$n" ] || continue
  if (: <>"$n") 2>/dev/null; then echo "node $n"; else echo "denied $n"; fi
done
for l in /usr/lib/*/libcuda.so.1 /usr/lib64/libcuda.so.1 /usr/lib/libcuda.so.1 /lib/*/libcuda.so.1 /usr/lib/wsl/lib/libcuda.so.1 /usr/local/nvidia/lib64/libcuda.so.1 /run/opengl-driver/lib/libcuda.so.1; do
  [ -e "$l" ] && { echo "library $l"; break; }
done
case $(ldconfig -p 2>/dev/null) in *libcuda.so.1*) echo "library ldconfig";; esac
t=; command -v timeout >/dev/null 2>&1 && t='timeout 20'
smi=$(command -v nvidia-smi); [ -n "$smi" ] || { [ -x /usr/lib/wsl/lib/nvidia-smi ] && smi=/usr/lib/wsl/lib/nvidia-smi; }
if [ -n "$smi" ]; then
  out=$($t "$smi" -L 2>&1); echo "smi $?"
  printf '%s\\n' "$out" | sed 's/^/smi| /'
fi
if [ -e /dev/kfd ] && command -v rocminfo >/dev/null 2>&1; then
  $t rocminfo 2>/dev/null | sed -n 's/^ *Marketing Name: */rocm| /p'
fi
exit 0
`;

export function parseDeviceProbe(text: string, vendor: GpuVendor): DeviceFinding {
  const lines = text.split(/\r?\n/);
  const after = (word: string): string[] =>
    lines.filter(line => line.startsWith(word)).map(line => line.slice(word.length).trim());
  const belongs = (node: string): boolean => nodePatterns[vendor].test(node);
  const nodes = after('node ').filter(belongs);
  const denied = after('denied ').filter(belongs);
  const passed = nodes.length + denied.length > 0;
  const common = { denied, passed, hasLibrary: after('library ').length > 0 };
  if (vendor !== 'nvidia') {
    const needsKfd = vendor === 'amd';
    const render = nodes.filter(node => node.startsWith('/dev/dri/'));
    const visible = needsKfd ? nodes.includes('/dev/kfd') && render.length > 0 : render.length > 0;
    const named = needsKfd
      ? after('rocm| ').filter(name => /radeon|instinct|firepro|^AMD (?!Ryzen|EPYC)/i.test(name))
      : [];
    return { ...common, visible, devices: named.length > 0 ? named : render };
  }
  const [exit] = after('smi ');
  const said = after('smi| ');
  const named = said.flatMap(line => {
    const [, name] = /^(?:GPU \d+: |MIG )(.*?)\s*\(UUID: /.exec(line) ?? [];
    return name === undefined ? [] : [line.startsWith('MIG ') ? `MIG ${name.replaceAll(/\s+/g, ' ')}` : name];
  });
  if (exit === '0' && named.length > 0) return { ...common, visible: true, devices: named, toolWorks: true };
  const failed = exit !== undefined && exit !== '0' && passed;
  const cards = nodes.filter(node => node !== '/dev/nvidiactl');
  return {
    ...common,
    visible: !failed && cards.length > 0,
    devices: failed ? [] : cards,
    ...(failed ? { toolSays: said.join('\n') } : {}),
  };
}

const nodePatterns: Readonly<Record<GpuVendor, RegExp>> = {
  nvidia: /^\/dev\/(?:nvidia(?:\d+|ctl)|dxg)$/,
  amd: /^\/dev\/(?:kfd|dri\/renderD\d+)$/,
  intel: /^\/dev\/dri\/renderD\d+$/,
};
