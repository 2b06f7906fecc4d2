/** How a file is opened for reading by a name that anybody may have made: a pipe there is empty, and keeps nobody waiting. */
import { constants } from 'node:fs';

// Windows does not know it.
const { O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

export const readFlags = constants.O_RDONLY | O_NONBLOCK;
