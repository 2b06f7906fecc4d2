/**
 * Lists the Python packages that a program in a container could import: the twin of capture/packages.ts, asked of the
 * container's own interpreter, which reads what installers leave beside packages and imports none of them.
 */
import * as z from 'zod';
import { stripCredentials } from '../../base/secretText.ts';
import type { Package } from '../../runs/captured.ts';
import { captured, unknown } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import { withinPlace } from '../capture/readSeen.ts';
import type { Interpreter } from '../capture/interpreter.ts';
import type { ContainerApi } from './containerApi.ts';

const listing = `
import json, os, re, sys
try:
    from urllib.parse import unquote, urlparse
except ImportError:
    unquote = urlparse = None
folders = json.loads(sys.argv[1]) or sys.path

def header(path):
    try:
        with open(path, "rb") as f:
            text = f.read(4096).decode("utf-8", "replace")
    except (IOError, OSError):
        return None
    name = re.search(r"^Name:[ \\t]*(\\S+)", text, re.M)
    version = re.search(r"^Version:[ \\t]*(\\S+)", text, re.M)
    return {"name": name.group(1), "version": version.group(1)} if name and version else None

def split(text):
    match = re.match(r"^(.+?)-(\\d[^-]*)$", text)
    return {"name": match.group(1), "version": match.group(2)} if match else None

def direct(path):
    try:
        with open(path, "rb") as f:
            return json.loads(f.read().decode("utf-8"))
    except Exception:
        return None

found = {}
for folder in folders:
    try:
        names = os.listdir(folder or ".")
    except OSError:
        continue
    for name in names:
        path = os.path.join(folder, name)
        one = None
        if name.startswith("~"):
            continue
        if name.endswith(".dist-info"):
            one = header(os.path.join(path, "METADATA")) or split(name[:-10])
            said = direct(os.path.join(path, "direct_url.json"))
            if one and said:
                commit = (said.get("vcs_info") or {}).get("commit_id")
                one["url"] = said.get("url", "")
                one["commit"] = commit or ""
                if (said.get("dir_info") or {}).get("editable"):
                    one["editable"] = True
                    parts = urlparse(one["url"]) if urlparse else None
                    if parts and parts.scheme == "file":
                        one["location"] = os.path.normpath(os.path.join(unquote(parts.path), said.get("subdirectory", "")))
        elif name.endswith(".egg-info") or name.endswith(".egg"):
            inner = os.path.join(path, "EGG-INFO") if name.endswith(".egg") else path
            one = header(os.path.join(inner, "PKG-INFO")) or header(path) or split(re.sub(r"-py\\d[\\d.]*$", "", re.sub(r"\\.egg(-info)?$", "", name)))
        elif name.endswith(".egg-link"):
            try:
                with open(path) as f:
                    place = f.readline().strip()
            except (IOError, OSError):
                continue
            one = {"name": name[:-9], "version": "unknown", "editable": True, "location": place}
        if one:
            found.setdefault(re.sub(r"[-_.]+", "-", one["name"].lower()), one)
print(json.dumps([found[key] for key in sorted(found)]))
`.trim();

const answerSchema = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    url: z.string().optional(),
    commit: z.string().optional(),
    editable: z.boolean().optional(),
    location: z.string().optional(),
  }),
);

export interface PackagesInsideQuestion {
  readonly interpreter: Interpreter | undefined;
  /** sys.path of the program that ran, as the container names it. */
  readonly seenPath: readonly string[] | undefined;
  readonly env: readonly string[];
  readonly outside: (path: string) => string | undefined;
}

/** Never rejects: a container that is gone by now tells no packages. */
export async function packagesInside(
  api: ContainerApi,
  { id, user }: ContainerRecord,
  { interpreter, seenPath, env, outside }: PackagesInsideQuestion,
): Promise<Known<Package[]>> {
  try {
    const folders = JSON.stringify((seenPath ?? []).filter(path => path !== ''));
    const argv = [interpreter?.path ?? 'python3', '-I', '-c', listing, folders];
    const { stdout, stderr, exitCode } = await api.run(id, { argv, user, env }, { patienceMs: 2 * 60_000 });
    if (exitCode !== 0)
      return unknown(
        `the packages of the container could not be listed: ${lastLine(stderr.toString('utf8'))}`,
      );
    return captured(readPackages(stdout.toString('utf8'), outside));
  } catch (error) {
    return unknown(`the packages of the container could not be listed: ${String(error)}`);
  }
}

/** Throws for anything but what the listing prints. */
export function readPackages(text: string, outside: (path: string) => string | undefined): Package[] {
  return answerSchema.parse(JSON.parse(text)).map(({ name, version, url, commit, editable, location }) => ({
    ...{ name, version },
    ...(url === undefined || url === ''
      ? {}
      : { url: stripCredentials(url) + (commit === undefined || commit === '' ? '' : `@${commit}`) }),
    ...(editable === true ? { editable } : {}),
    ...(location === undefined ? {} : { location: outside(location) ?? withinPlace(location) }),
  }));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
