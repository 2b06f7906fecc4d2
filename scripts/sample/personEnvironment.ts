/** The environment of the person who typed `npm start`: what npm and this project's door added is taken away again. */
import { delimiter } from 'node:path';

export function personEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(
    ([name]) => !/^(npm_|NODE_ENV$|INIT_CWD$|COLOR$)/i.test(name),
  );
  const path = (environment['PATH'] ?? '')
    .split(delimiter)
    .filter(folder => !/[\\/]node_modules[\\/]/.test(folder) && !/[\\/]node-gyp-bin$/.test(folder));
  return { ...Object.fromEntries(own), PATH: path.join(delimiter) };
}
