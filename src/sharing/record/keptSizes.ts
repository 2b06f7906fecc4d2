/** How large a file that a program kept may be to be shared with its run. */

/** Of one file that is shared unless somebody says otherwise: what hosts of git advise. */
export const keptFileBytes = 1024 * 1024;
/** The most that somebody can say. */
export const mostKeptFileBytes = 64 * 1024 * 1024;
