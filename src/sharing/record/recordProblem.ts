/** Why a record is not taken, or not shared; a reason without its end: `result.json was changed after it was shared`. */
export class RecordProblem extends Error {}
