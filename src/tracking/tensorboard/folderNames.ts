/** What the name of a folder says: made by a tool or by the clock, a part of a run, a process of a distributed one. */

const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const made = [
  // Lightning.
  /^version_\d+$/,
  // torch: Nov22_18-00-13_host with a comment behind; Hugging Face the same.
  new RegExp(`^(?:${months})\\d\\d_\\d\\d-\\d\\d-\\d\\d(?:_|$)`, 'i'),
  // 20261122-180013, 2026-11-22_18-00-13, 2026-11-22T18:00:13.123, 2026-11-22, with a host or a comment behind.
  /^\d{4}[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?:[-_T ]?[0-2]\d[-_:.h]?[0-5]\d(?:[-_:.m]?[0-5]\d)?(?:\.\d+)?)?(?:[-_].*)?$/,
  // The time below a date, as Hydra has it.
  /^[0-2]\d[-_:.][0-5]\d[-_:.][0-5]\d$/,
  // Where tools put their logs.
  /^(?:runs|logs?|lightning_logs|tensorboard|tensorboard_logs|tb|tb_logs|tblogs|tfevents|events|summar(?:y|ies))$/i,
];

/** Says which tool wrote here and when, not what. */
export function isToolName(name: string): boolean {
  return isClockFolder(name) || made.some(pattern => pattern.test(name));
}

/** `1795354055.39`: `add_hparams` of torch and tensorboardX, seconds since the epoch. */
export function isClockFolder(name: string): boolean {
  return /^1\d{9}(?:\.\d+)?$/.test(name);
}

const phaseNames =
  /^(?:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev|predict(?:ion)?|(?:client|agent|task|stage|phase)[-_.]?\d+)$/i;
const trainingNames = /^(?:fold|trial)[-_.]?\d+$/i;

/** One of several parts of the same training. */
export function isPhaseName(name: string): boolean {
  return phaseNames.test(name);
}

/**
 * One of several parts of the same run, each with metrics of the same names: Keras has `train` and `validation`. Folds
 * and trials are parts where nothing tells when they were written: of past runs.
 */
export function isPartName(name: string): boolean {
  return phaseNames.test(name) || trainingNames.test(name);
}

/** `rank_3`, `process-3`, `worker3`: the rank, else undefined. */
export function rankOf(name: string): number | undefined {
  const found = /^(?:(?:global|local)[-_]?)?(?:rank|proc(?:ess)?|worker)[-_.=]?(\d{1,6})$/i.exec(name);
  return found === null ? undefined : Number(found[1]);
}
