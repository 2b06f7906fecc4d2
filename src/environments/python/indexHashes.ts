/**
 * Asks the package index for the hashes of given versions, by its simple API (PEP 691, or PEP 503 as HTML). A Python
 * does the asking: its standard library knows the proxies and certificates of the machine. Only names are sent, and
 * nothing is downloaded but the lists.
 */
import * as z from 'zod';
import { runCommand } from '../../base/runCommand.ts';
import { errorText } from '../../base/systemError.ts';
import { hashKey } from './lockPython.ts';

export interface IndexQuestion {
  /** Any Python 3.8 or later. */
  readonly interpreter: string;
  /** Simple API addresses, the first that has the version counts. May hold credentials. */
  readonly indexes: readonly string[];
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

export interface IndexAnswer {
  readonly hashes: Map<string, string[]>;
  /** Why some are not known; undefined when the index answered for all. */
  readonly problem?: string;
}

const answerSchema = z.object({
  hashes: z.record(z.string(), z.array(z.string())),
  failed: z.array(z.string()),
  reason: z.string().nullable(),
});

const patienceMs = 120_000;

/** Rejects only when aborted: an index that cannot be reached leaves hashes unknown. */
export async function askIndex(question: IndexQuestion): Promise<IndexAnswer> {
  if (question.packages.length === 0) return { hashes: new Map() };
  try {
    const { stdout, stderr, exitCode } = await runCommand({
      program: question.interpreter,
      args: ['-I', '-S', '-c', program],
      env: { ...question.variables },
      input: JSON.stringify({ indexes: question.indexes, packages: question.packages }),
      timeoutMs: patienceMs,
      maxOutputBytes: 16 * 1024 * 1024,
      ...(question.signal === undefined ? {} : { signal: question.signal }),
    });
    if (exitCode !== 0)
      return { hashes: new Map(), problem: stderr.trim().split('\n').at(-1) ?? 'no answer' };
    const answer = answerSchema.parse(JSON.parse(stdout.toString('utf8')));
    const hashes = new Map<string, string[]>();
    for (const { name, version } of question.packages) {
      const found = (answer.hashes[`${name}==${version}`] ?? []).filter(one => /^[0-9a-f]{64}$/.test(one));
      if (found.length > 0)
        hashes.set(
          hashKey(name, version),
          [...new Set(found)].map(hex => `sha256:${hex}`),
        );
    }
    if (answer.failed.length === 0) return { hashes };
    const more = answer.failed.length > 1 ? ` and ${answer.failed.length - 1} more` : '';
    const why = answer.reason === null ? '' : ` (${answer.reason})`;
    return { hashes, problem: `the index did not tell the hashes of ${answer.failed[0] ?? ''}${more}${why}` };
  } catch (error) {
    question.signal?.throwIfAborted();
    return { hashes: new Map(), problem: `the index could not be asked: ${errorText(error)}` };
  }
}

/** File names hold the version in its normal form, with `_` for `-`; Source: PEP 427, PEP 625. */
const program = `
import base64, html.parser, json, os, re, ssl, sys, urllib.parse, urllib.request
from concurrent.futures import ThreadPoolExecutor

asked = json.load(sys.stdin)
bundle = next((os.environ[n] for n in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if os.path.isfile(os.environ.get(n) or "")), None)
context = ssl.create_default_context(cafile=bundle)
limit = 64 * 1024 * 1024

def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()

def plain(version):
    version = version.lower().replace("_", ".").replace("-", ".")
    return re.sub(r"(?:\\.0)+(?=$|[+a-z])", "", re.sub(r"^v", "", version))

class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href") or ""
        if tag == "a" and "#sha256=" in href:
            path, digest = href.split("#sha256=", 1)
            self.found.append((urllib.parse.unquote(path.rsplit("/", 1)[-1]), digest[:64]))

def files(index, name):
    parts = urllib.parse.urlsplit(index)
    if parts.scheme not in ("http", "https"):
        return []
    host = parts.hostname or ""
    if parts.port:
        host += ":%d" % parts.port
    url = urllib.parse.urlunsplit((parts.scheme, host, parts.path.rstrip("/") + "/" + normal(name) + "/", "", ""))
    request = urllib.request.Request(url, headers={"Accept": "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"})
    if parts.username:
        secret = urllib.parse.unquote(parts.username) + ":" + urllib.parse.unquote(parts.password or "")
        request.add_header("Authorization", "Basic " + base64.b64encode(secret.encode()).decode())
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
    with opener.open(request, timeout=20) as answer:
        kind = answer.headers.get("content-type", "")
        body = answer.read(limit)
    if "json" in kind:
        return [(f.get("filename", ""), (f.get("hashes") or {}).get("sha256", "")) for f in json.loads(body).get("files", [])]
    links = Links()
    links.feed(body.decode("utf-8", "replace"))
    return links.found

def version_of(filename, name):
    if filename.endswith(".whl"):
        parts = filename[:-4].split("-")
        return parts[1] if len(parts) >= 5 and normal(parts[0]) == normal(name) else None
    stem = re.sub(r"\\.(?:tar\\.(?:gz|bz2|xz)|zip|tgz)$", "", filename)
    if stem == filename:
        return None
    for at in range(len(stem)):
        if stem[at] == "-" and normal(stem[:at]) == normal(name):
            return stem[at + 1:]
    return None

def look(package):
    name, version = package["name"], package["version"]
    reason = None
    for index in asked["indexes"]:
        try:
            found = files(index, name)
        except Exception as error:
            reason = reason or str(getattr(error, "reason", None) or error)
            continue
        hashes = sorted({digest for filename, digest in found if digest and plain(version_of(filename, name) or "") == plain(version)})
        if hashes:
            return name, version, hashes, None
    return name, version, [], reason

with ThreadPoolExecutor(8) as pool:
    results = list(pool.map(look, asked["packages"]))
print(json.dumps({
    "hashes": {"%s==%s" % (n, v): h for n, v, h, r in results if h},
    "failed": ["%s==%s" % (n, v) for n, v, h, r in results if not h],
    "reason": next((r for n, v, h, r in results if r), None),
}))
`;
