/** What is wrong with a bundle, read from esbuild's own account of it: size, and imports that must not be there. */
import { builtinModules } from 'node:module';
import type { Metafile } from 'esbuild';
import type { Bundle } from './bundles.ts';

/** The libraries of the clouds, larger than all else together. */
const clients = /(^|\/)node_modules\/(@aws-sdk|@smithy|@azure|google-auth-library|gaxios)\//;

/** One sentence per problem; none for a good bundle. `bytes` is the size of the JavaScript on disk. */
export function bundleProblems(bundle: Bundle, metafile: Metafile, bytes: number): string[] {
  const problems: string[] = [];
  if (bytes > bundle.budgetKiB * 1024)
    problems.push(
      `${bundle.output} has ${Math.ceil(bytes / 1024)} KiB, more than its budget of ${bundle.budgetKiB}.`,
    );

  const client = Object.keys(metafile.inputs).find(path => clients.test(path));
  if (client !== undefined && !bundle.foreign)
    problems.push(`${bundle.output} holds ${client}, which is loaded only by those whose remote needs it.`);

  const output = Object.entries(metafile.outputs).find(([path]) => path.endsWith(bundle.output))?.[1];
  for (const path of new Set((output?.imports ?? []).map(found => found.path))) {
    if (path === 'vscode') {
      if (!bundle.knowsVscode) problems.push(`${bundle.output} imports vscode.`);
    } else if (!path.startsWith('node:') && !builtinModules.includes(path)) {
      problems.push(`${bundle.output} imports ${path}, which is not shipped.`);
    } else if (bundle.platform === 'webview') {
      problems.push(`${bundle.output} imports ${path}: a webview has no Node.`);
    }
  }
  return problems;
}
