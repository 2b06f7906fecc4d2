/**
 * The door of every npm script: plain JavaScript without dependencies, so that it runs on the Node that a fresh
 * machine has, before anything is installed. Installs the dependencies when they are missing or not those of
 * package-lock.json, then goes on as `scripts/<name>.ts` on the Node that the dependencies bring.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...args] = process.argv.slice(2);
const nodeWanted = 24;

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node ${process.versions.node} is too old. Install Node 20 or newer: https://nodejs.org`);

if (!dependenciesAreThose()) {
  say('Installing the dependencies of package-lock.json (npm ci) …');
  const options = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const npmCli = process.env.npm_execpath;
  const outcome = npmCli
    ? spawnSync(process.execPath, [npmCli, ...options], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', options, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (outcome.status !== 0) fail('npm ci did not succeed: see its words above.');
}

const node = newNode();
const bin = join(root, 'node_modules', '.bin');
const child = spawn(node, [join(root, 'scripts', `${script}.ts`), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: [dirname(node), bin, process.env.PATH].join(delimiter) },
});
// The terminal sends Ctrl-C to both: the script cleans up and ends, and this process waits for it.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', error => fail(`${node} did not start: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

/** Compares what npm says it installed with what the lockfile asks for. */
function dependenciesAreThose() {
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (installed === undefined || wanted === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return optional === true;
    return found.version === version && existsSync(join(root, path));
  });
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Node 24 of the optional dependencies; the one that runs this where it is new enough itself. */
function newNode() {
  if (Number(process.versions.node.split('.')[0]) >= nodeWanted) return process.execPath;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const name of [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ]) {
    const path = join(root, 'node_modules', name.replace('win32', 'win'), 'bin', program);
    if (existsSync(path) && spawnSync(path, ['--version']).status === 0) return path;
  }
  return fail(
    `There is no Node ${nodeWanted} for ${process.platform} ${process.arch} among the dependencies. ` +
      `Install Node ${nodeWanted} or newer: https://nodejs.org`,
  );
}

function say(line) {
  console.log(line);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
