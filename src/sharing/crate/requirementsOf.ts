/** The Python packages of a run as a file that pip takes. */
import { packageListSchema, type Package } from '../../runs/captured.ts';
import type { CheckedRecord } from '../record/checkRecord.ts';
import { recordPathOf } from '../record/manifest.ts';

/** A line each: what was installed from an index, by version; from version control, by commit. */
export function requirementsOf(record: CheckedRecord): string[] {
  const parsed = packageListSchema.safeParse(record.values.get(recordPathOf('packages.json')));
  if (!parsed.success) return [];
  return parsed.data.packages.flatMap(one => lineOf(one) ?? []);
}

function lineOf({ name, version, url, vcs, editable }: Package): string | undefined {
  // The environment brings its own.
  if (/^(?:pip|setuptools|wheel|distribute|pkg[-_]resources)$/i.test(name)) return undefined;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name) || !/^[\w.!+-]+$/.test(version)) return undefined;
  if (editable === true) return `# ${name} ${version} was installed from the code itself`;
  if (url === undefined) return `${name}==${version}`;
  if (!/^[\w:/.@+~%-]+$/.test(url)) return `# ${name} ${version} came from a place that cannot be named`;
  return vcs === undefined ? `${name} @ ${url}` : `${name} @ ${vcs}+${url}`;
}
