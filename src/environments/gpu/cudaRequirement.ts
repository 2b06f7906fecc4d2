/**
 * Evaluates NVIDIA_REQUIRE_*: what an image demands of driver and GPU. Space means or, comma means and, several
 * variables are all demanded. Subjects: cuda, driver, arch, brand. Grammar: NVIDIA Container Toolkit,
 * internal/requirements. What cannot be told (an unknown brand, a new subject) makes the answer unknown, never a guess.
 */
import { compareVersions } from './compareVersions.ts';

/** What one GPU of the host offers; absent where nobody knows. */
export interface CudaOffer {
  /** Newest CUDA the driver serves. */
  readonly cuda?: string | undefined;
  readonly driver?: string | undefined;
  /** Compute capability. */
  readonly arch?: string | undefined;
  readonly brand?: string | undefined;
}

export type Answer = 'yes' | 'no' | 'unknown';

/** The requirements of an image's environment; that of an image with CUDA_VERSION alone is made from it. */
export function requirementsOf(environment: Readonly<Record<string, string>>): string[] {
  const named = Object.entries(environment)
    .filter(([name]) => name.startsWith('NVIDIA_REQUIRE_') && !name.startsWith('NVIDIA_REQUIRE_JETPACK'))
    .map(([, value]) => value.trim())
    .filter(value => value !== '');
  const { CUDA_VERSION: version, NVIDIA_REQUIRE_CUDA: required } = environment;
  const [release] = /^\d+\.\d+/.exec(version?.trim() ?? '') ?? [];
  return required === undefined && release !== undefined ? [...named, `cuda>=${release}`] : named;
}

/** One variable's value against one GPU. An empty one demands nothing. */
export function evaluateRequirement(requirement: string, offer: CudaOffer): Answer {
  const alternatives = requirement.split(/\s+/).filter(word => word !== '');
  if (alternatives.length === 0) return 'yes';
  return anyOf(
    alternatives.map(alternative =>
      allOf(
        alternative
          .split(',')
          .filter(word => word !== '')
          .map(word => evaluateCondition(word, offer)),
      ),
    ),
  );
}

export function allOf(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

function anyOf(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

function evaluateCondition(condition: string, offer: CudaOffer): Answer {
  const [, subject, operator, value] = /^([a-z]+)(!=|>=|<=|=|>|<)(\S+)$/.exec(condition) ?? [];
  if (subject === undefined || operator === undefined || value === undefined) return 'unknown';
  if (subject === 'brand') {
    if (offer.brand === undefined || (operator !== '=' && operator !== '!=')) return 'unknown';
    return (offer.brand === value.toLowerCase()) === (operator === '=') ? 'yes' : 'no';
  }
  const offered =
    subject === 'cuda' || subject === 'driver' || subject === 'arch' ? offer[subject] : undefined;
  if (offered === undefined || !/^\d/.test(value)) return 'unknown';
  return holds(compareVersions(offered, value), operator) ? 'yes' : 'no';
}

function holds(order: number, operator: string): boolean {
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}
