/** Reads `install_requires` and `python_requires` of setup.cfg (setuptools' INI). */
import type { FileFacts } from './projectFacts.ts';
import { readRequirement } from './readRequirement.ts';

export function readSetupCfg(text: string, file: string): FileFacts {
  let section = '';
  let key = '';
  const values = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      [section, key] = [header.trim(), ''];
      continue;
    }
    const entry = /^([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)$/.exec(line);
    if (entry !== null) {
      key = `${section}.${entry[1] ?? ''}`;
      values.set(key, [entry[2] ?? '']);
    } else if (key !== '' && /^\s+\S/.test(line)) values.get(key)?.push(line.trim());
  }
  const python = values.get('options.python_requires')?.join('').trim();
  return {
    packages: (values.get('options.install_requires') ?? []).flatMap(one => {
      const read = readRequirement(one.replace(/\s+#.*$/, ''));
      return read === undefined ? [] : [{ ...read, file, optional: false }];
    }),
    ...(python === undefined || python === '' ? {} : { python }),
    isPackage: values.size > 0 && values.has('metadata.name'),
  };
}
