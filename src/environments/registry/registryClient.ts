/**
 * Asks a registry of images, by the OCI distribution protocol, without any engine: which digest a tag names now, and
 * what an image says of itself, before gigabytes of it are pulled. Every document is checked against its digest.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import { imageNotFound, registryAnswerWrong, registryDenied, registryUnreachable } from './errors.ts';
import { formatReference, type ImageReference } from './imageReference.ts';
import { authorise, type Challenge, readChallenge } from './registryToken.ts';
import { registryLogin } from './registryCredentials.ts';

export interface RegistryOptions {
  /** For logins and their helpers. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** What a tag names: `digest` pulls the same again on every platform that the image has. */
export interface ResolvedImage {
  /** Of the index where there is one, else of the manifest: `sha256:<hex>`. */
  readonly digest: string;
  /** Of the image for the platform asked for. */
  readonly manifest: string;
  /** Of the image's configuration, by which engines that keep what they pull as it is name the image. */
  readonly config: string;
  /** Bytes of all layers as they are pulled. */
  readonly size: number;
  /** The image's own configuration. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly labels: Readonly<Record<string, string>>;
}

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const maxDocumentBytes = 8 * 2 ** 20;

const descriptorSchema = z.looseObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number().nonnegative().default(0),
});
const indexSchema = z.looseObject({
  manifests: z.array(
    descriptorSchema.extend({
      platform: z
        .looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() })
        .optional(),
    }),
  ),
});
const manifestSchema = z.looseObject({ config: descriptorSchema, layers: z.array(descriptorSchema) });
const configSchema = z.looseObject({
  config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      User: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
});

/** Only the digest that a name has now: one request. Rejects as {@link resolveImage} does. */
export async function resolveDigest(image: ImageReference, options: RegistryOptions): Promise<string> {
  return (await fetchManifest(new Session(image, options), image.digest ?? image.tag ?? 'latest')).digest;
}

/**
 * `platform`: `linux/amd64`. Rejects with `image-not-found` (also where the platform is not among its own),
 * `registry-denied`, `registry-unreachable`, `registry-answer`, or the signal's reason.
 */
export async function resolveImage(
  image: ImageReference,
  platform: string,
  options: RegistryOptions,
): Promise<ResolvedImage> {
  const session = new Session(image, options);
  const top = await fetchManifest(session, image.digest ?? image.tag ?? 'latest');
  const [os = 'linux', architecture = 'amd64'] = platform.split('/');
  let manifest = top;
  if (indexTypes.includes(top.type)) {
    const fitting = session
      .parse(indexSchema, top.text)
      .manifests.find(one => one.platform?.os === os && one.platform.architecture === architecture);
    if (fitting === undefined) throw imageNotFound(`${formatReference(image)} for ${os}/${architecture}`);
    manifest = await fetchManifest(session, fitting.digest);
  }
  const { config, layers } = session.parse(manifestSchema, manifest.text);
  const blob = await session.get(`blobs/${config.digest}`, '*/*');
  session.requireDigest(blob.text, config.digest);
  const own = session.parse(configSchema, blob.text).config;
  return {
    digest: top.digest,
    manifest: manifest.digest,
    config: config.digest,
    size: layers.reduce((sum, { size }) => sum + size, 0),
    environment: Object.fromEntries((own?.Env ?? []).map(nameAndValue)),
    ...(typeof own?.User === 'string' && own.User !== '' ? { user: own.User } : {}),
    labels: own?.Labels ?? {},
  };
}

interface Document {
  readonly text: Buffer;
  readonly type: string;
}

async function fetchManifest(
  session: Session,
  name: string,
): Promise<Document & { readonly digest: string }> {
  const found = await session.get(`manifests/${name}`, [...indexTypes, ...manifestTypes].join(', '));
  const digest = digestOf(found.text);
  if (name.startsWith('sha256:')) session.requireDigest(found.text, name);
  return { ...found, digest };
}

/** One image's conversation with its registry: what was allowed once is not asked for again. */
class Session {
  readonly #image: ImageReference;
  readonly #options: RegistryOptions;
  #authorization: string | undefined;

  constructor(image: ImageReference, options: RegistryOptions) {
    this.#image = image;
    this.#options = options;
  }

  async get(path: string, accept: string): Promise<Document> {
    const { registry, repository } = this.#image;
    const url = `${baseUrl(registry)}/v2/${repository}/${path}`;
    let answer = await this.#request(url, accept);
    if (answer.status === 401) {
      const challenge = readChallenge(answer.headers.get('www-authenticate'));
      if (challenge !== undefined) {
        this.#authorization = await this.#authorise(challenge);
        answer = await this.#request(url, accept);
      }
    }
    if (answer.status === 401 || answer.status === 403)
      throw registryDenied(registry, formatReference(this.#image));
    if (answer.status === 404) throw imageNotFound(formatReference(this.#image));
    if (answer.status !== 200) throw registryUnreachable(registry, `it answered ${answer.status}`);
    const type = (answer.headers.get('content-type') ?? '').replace(/;.*/, '').trim();
    return { text: await this.#body(answer), type };
  }

  parse<T>(schema: z.ZodType<T>, text: Buffer): T {
    try {
      return schema.parse(JSON.parse(text.toString('utf8')));
    } catch {
      throw registryAnswerWrong(this.#image.registry, 'a document that is not what it should be');
    }
  }

  requireDigest(text: Buffer, digest: string): void {
    if (digestOf(text) !== digest)
      throw registryAnswerWrong(this.#image.registry, `content that is not ${digest.slice(0, 19)}…`);
  }

  async #authorise(challenge: Challenge): Promise<string | undefined> {
    const { registry, repository } = this.#image;
    const login = await registryLogin(registry, this.#options.variables, this.#options.signal);
    return authorise({ challenge, login, registry, repository, fetch: url => this.#fetch(url) });
  }

  async #request(url: string, accept: string): Promise<Response> {
    return this.#fetch(url, {
      accept,
      ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
    });
  }

  async #fetch(url: string | Request, headers: Record<string, string> = {}): Promise<Response> {
    const { signal } = this.#options;
    try {
      return await fetch(url, {
        ...(typeof url === 'string' ? { headers } : {}),
        signal: AbortSignal.any([AbortSignal.timeout(30_000), ...(signal === undefined ? [] : [signal])]),
      });
    } catch (error) {
      signal?.throwIfAborted();
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw registryUnreachable(this.#image.registry, errorText(cause), error);
    }
  }

  async #body(answer: Response): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      const body: AsyncIterable<Uint8Array> | null = answer.body;
      for await (const chunk of body ?? []) {
        size += chunk.length;
        if (size > maxDocumentBytes) break;
        chunks.push(chunk);
      }
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      throw registryUnreachable(this.#image.registry, errorText(error), error);
    }
    if (size > maxDocumentBytes)
      throw registryAnswerWrong(this.#image.registry, 'a document that is too large to be a manifest');
    return Buffer.concat(chunks);
  }
}

/** Plain HTTP for this machine only, as the engines do. */
function baseUrl(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  const host = registry.replace(/:\d+$/, '');
  return `${['localhost', '127.0.0.1', '[::1]'].includes(host) ? 'http' : 'https'}://${registry}`;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
