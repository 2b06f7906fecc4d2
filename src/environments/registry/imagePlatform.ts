/** The platform of the images that run on this machine, as registries name it. */

/** `linux/amd64`: containers are Linux everywhere. */
export function knownPlatform(): string {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return `linux/${architectures[process.arch] ?? process.arch}`;
}
