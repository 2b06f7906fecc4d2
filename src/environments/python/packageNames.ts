/** Names of Python packages: many spellings, one package. */

/** By PEP 503: `Ruamel.Yaml` → `ruamel-yaml`. */
export function normalName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** What may stand as a name in a requirement; anything else could be an option or a URL. Source: PEP 508. */
export function isPackageName(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name);
}

/** What may stand behind `==`: the letters of PEP 440 and of the versions before it. */
export function isPackageVersion(version: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.!+_-]*$/.test(version);
}
