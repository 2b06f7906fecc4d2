/**
 * Lists the Python packages of an interpreter that Lockstep reaches only by starting it, in a container: the twin of
 * packages.ts. It reads what installers leave beside packages and imports none of them.
 */
import * as z from 'zod';
import { stripCredentials } from '../../base/secretText.ts';
import type { Package } from '../../runs/captured.ts';
import { parseCondaRecord } from './condaPackages.ts';

/**
 * Python 3.6 and newer, standard library alone. Arguments: folders as JSON (empty: those of the interpreter),
 * `contents` for hashes of what was installed. Prints one line of JSON.
 */
export const listingScript = `
import csv, hashlib, json, os, re, sys
try:
    from urllib.parse import unquote, urlparse
except ImportError:
    unquote = urlparse = None
folders = json.loads(sys.argv[1]) or sys.path
wants_contents = len(sys.argv) > 2 and sys.argv[2] == "contents"

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

def contents(info):
    own = re.compile(r"\\.dist-info/(?:RECORD(?:\\.jws|\\.p7s)?|INSTALLER|REQUESTED|direct_url\\.json|uv_\\w+\\.json)$")
    lines = []
    try:
        with open(os.path.join(info, "RECORD"), newline="") as f:
            for row in csv.reader(f):
                path, digest = (row + ["", ""])[:2]
                path = path.replace("\\\\", "/")
                if digest and not path.startswith(("../", "/")) and not path.endswith(".pyc") and not own.search(path):
                    lines.append(path + "," + digest + "\\n")
    except Exception:
        return None
    return "sha256:" + hashlib.sha256("".join(sorted(lines)).encode()).hexdigest() if lines else None

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
                if commit:
                    one["vcs"] = (said.get("vcs_info") or {}).get("vcs") or "git"
                if said.get("subdirectory"):
                    one["subdirectory"] = said["subdirectory"]
                if (said.get("dir_info") or {}).get("editable"):
                    one["editable"] = True
                    parts = urlparse(one["url"]) if urlparse else None
                    if parts and parts.scheme == "file":
                        one["location"] = os.path.normpath(os.path.join(unquote(parts.path), said.get("subdirectory", "")))
            if one:
                try:
                    with open(os.path.join(path, "INSTALLER")) as f:
                        if f.read().strip() == "conda":
                            one["installer"] = "conda"
                except (IOError, OSError):
                    pass
                hashed = contents(path) if wants_contents and not one.get("editable") else None
                if hashed:
                    one["contents"] = hashed
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
    vcs: z.string().optional(),
    subdirectory: z.string().optional(),
    editable: z.boolean().optional(),
    location: z.string().optional(),
    installer: z.string().optional(),
    contents: z.string().optional(),
  }),
);

/** Throws for anything but what the script prints. `outside`: where a folder inside is to be recorded. */
export function readListing(text: string, outside: (path: string) => string): Package[] {
  return answerSchema.parse(JSON.parse(text)).map(({ url, commit, location, ...one }) => ({
    ...one,
    ...(url === undefined || url === ''
      ? {}
      : { url: stripCredentials(url) + (commit === undefined || commit === '' ? '' : `@${commit}`) }),
    ...(location === undefined ? {} : { location: outside(location) }),
  }));
}

/** Records of conda that a script printed as a list of objects; those that are none are left out. */
export function readCondaRecords(records: readonly unknown[]): Package[] {
  return records
    .map(record => parseCondaRecord(JSON.stringify(record)))
    .filter(one => one !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
