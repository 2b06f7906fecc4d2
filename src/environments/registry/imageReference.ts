/**
 * Names of images as people write them, by the grammar of the distribution project (`reference.go`):
 * `[host[:port]/]path[:tag][@digest]`, with Docker Hub and its `library/` understood.
 */
import { imageReferenceWrong } from './errors.ts';

export interface ImageReference {
  /** `docker.io`, `nvcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/python`, `nvidia/cuda`. */
  readonly repository: string;
  /** Absent where only a digest is named. */
  readonly tag?: string;
  /** `sha256:<hex>`. */
  readonly digest?: string;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const host = '(?:\\[[0-9a-fA-F:]+\\]|[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]+)?';
const grammar = new RegExp(
  `^(?:(?<host>${host})/)?(?<path>${component}(?:/${component})*)(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$`,
);

/** Throws `image-reference`. A name without tag and digest means `latest`, as for every engine. */
export function parseImageReference(text: string): ImageReference {
  // The longest names that registries take; a longer one would also keep the expression busy.
  const groups = text.length > 700 ? undefined : grammar.exec(text)?.groups;
  if (groups === undefined) throw imageReferenceWrong(text);
  const { host: first, path = '', tag, digest } = groups;
  const isHost = first !== undefined && (/[.:[]/.test(first) || first === 'localhost' || /[A-Z]/.test(first));
  const registry = !isHost || first === 'index.docker.io' ? 'docker.io' : first;
  const whole = isHost || first === undefined ? path : `${first}/${path}`;
  const repository = registry === 'docker.io' && !whole.includes('/') ? `library/${whole}` : whole;
  return {
    ...{ registry, repository },
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `registry/repository@sha256:…`: what pulls just this image, whatever happens to its tags. */
export function pinnedName({ registry, repository }: ImageReference, digest: string): string {
  return `${registry}/${repository}@${digest}`;
}

export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
