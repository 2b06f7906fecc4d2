/** The failures of asking a registry of images. */
import { LockstepError } from '../../base/lockstepError.ts';

export function imageReferenceWrong(text: string): LockstepError {
  return new LockstepError({
    code: 'image-reference',
    message: `${text.slice(0, 200)} is not the name of an image.`,
    mend: 'Write it as registry/name:tag, in lower case.',
    kind: 'usage',
  });
}

export function imageNotFound(name: string): LockstepError {
  return new LockstepError({
    code: 'image-not-found',
    message: `The registry has no image ${name}.`,
    mend: 'Check the name and the tag; tags are removed and renamed.',
  });
}

export function registryUnreachable(registry: string, words: string, cause?: unknown): LockstepError {
  return new LockstepError({
    code: 'registry-unreachable',
    message: `The registry ${registry} could not be asked: ${words}.`,
    mend: 'Check the network, and whether a proxy stands in between.',
    cause,
  });
}

export function registryDenied(registry: string, name: string): LockstepError {
  return new LockstepError({
    code: 'registry-denied',
    message: `The registry ${registry} does not give ${name} to this user: it is private, or it does not exist.`,
    mend: `Log in: docker login ${registry}`,
  });
}

/** What came is not what its digest names, or not what the protocol says. */
export function registryAnswerWrong(registry: string, words: string): LockstepError {
  return new LockstepError({
    code: 'registry-answer',
    message: `The registry ${registry} gave a wrong answer: ${words}.`,
    mend: 'Try again; if it stays, a proxy or a mirror changes what passes through it.',
  });
}
