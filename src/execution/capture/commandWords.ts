/**
 * Tells the parts of a command apart: launchers in front (`uv run`, `torchrun`, `accelerate launch`, `mpirun`), the
 * interpreter with its own options, and what belongs to the script.
 */
import { basename } from 'node:path';

export interface CommandWords {
  /** Index of the Python interpreter named in the command, if any. */
  readonly interpreter?: number;
  /** Index of the script, or of the module after `-m`. Absent for `python -c` and programs that are no scripts. */
  readonly script?: number;
  /** Index of the first word that the user's own program reads as its arguments. */
  readonly firstArgument: number;
  /** Launchers passed on the way, by name, outermost first. */
  readonly launchers: readonly string[];
}

/** Options of launchers that take a value in the next word. Written with `=` they need no entry. */
const valued: Readonly<Record<string, readonly string[]>> = {
  uv: [
    ...['--python', '-p', '--with', '--with-requirements', '--with-editable', '--project', '--directory'],
    ...['--package', '--extra', '--group', '--env-file', '--index', '--index-url', '--config-file', '-C'],
    ...['--no-group', '--only-group', '--no-extra', '--cache-dir', '--color', '--refresh-package'],
  ],
  poetry: ['-C', '--directory', '-P', '--project'],
  pipenv: ['--python'],
  conda: ['-n', '--name', '-p', '--prefix', '--cwd'],
  pixi: ['-e', '--environment', '--manifest-path', '-m', '--color'],
  rye: [],
  hatch: ['-e', '--env'],
  pdm: ['-p', '--project'],
  torchrun: [
    ...[
      '--nnodes',
      '--nproc-per-node',
      '--nproc_per_node',
      '--rdzv-backend',
      '--rdzv_backend',
      '--rdzv-conf',
    ],
    ...[
      '--rdzv_conf',
      '--rdzv-endpoint',
      '--rdzv_endpoint',
      '--rdzv-id',
      '--rdzv_id',
      '--max-restarts',
      '-r',
    ],
    ...[
      '--max_restarts',
      '--monitor-interval',
      '--monitor_interval',
      '--start-method',
      '--start_method',
      '-t',
    ],
    ...['--role', '--log-dir', '--log_dir', '--redirects', '--tee', '--local-ranks-filter', '--node-rank'],
    ...[
      '--local_ranks_filter',
      '--node_rank',
      '--master-addr',
      '--master_addr',
      '--master-port',
      '--master_port',
    ],
    ...['--local-addr', '--local_addr', '--logs-specs', '--logs_specs', '--numa-binding'],
  ],
  accelerate: [
    ...[
      '--config_file',
      '--num_processes',
      '--num_machines',
      '--machine_rank',
      '--main_process_ip',
      '--gpu_ids',
    ],
    ...['--main_process_port', '--mixed_precision', '--dynamo_backend', '--num_cpu_threads_per_process'],
    ...[
      '--deepspeed_config_file',
      '--zero_stage',
      '--role',
      '--rdzv_backend',
      '--rdzv_conf',
      '--max_restarts',
    ],
    ...[
      '--log_dir',
      '--tee',
      '--gradient_accumulation_steps',
      '--gradient_clipping',
      '--offload_param_device',
    ],
  ],
  deepspeed: [
    ...['-H', '--hostfile', '-i', '--include', '-e', '--exclude', '--num_nodes', '--min_elastic_nodes'],
    ...['--max_elastic_nodes', '--num_gpus', '--num_accelerators', '--master_port', '--master_addr'],
    ...['--launcher', '--launcher_args', '--ssh_port', '--venv_script', '--bind_core_list', '--node_rank'],
  ],
  mpirun: [
    ...['-n', '-np', '-c', '-N', '-H', '-host', '--host', '-hostfile', '--hostfile', '-machinefile', '-x'],
    ...['--map-by', '--bind-to', '--rank-by', '-wdir', '--output-filename', '-oversubscribe-none'],
  ],
  srun: ['-n', '-N', '-c', '-p', '-A', '-J', '-t', '-w', '-o', '-e', '-G'],
  env: ['-u', '-C', '-S'],
  nice: ['-n'],
  time: ['-f', '-o'],
  taskset: [],
  timeout: ['-s', '-k'],
  stdbuf: ['-i', '-o', '-e'],
};

const runWord: Readonly<Record<string, readonly string[]>> = {
  uv: ['run'],
  poetry: ['run'],
  pipenv: ['run'],
  conda: ['run'],
  mamba: ['run'],
  micromamba: ['run'],
  pixi: ['run'],
  rye: ['run'],
  hatch: ['run'],
  pdm: ['run'],
  accelerate: ['launch'],
};

/** Launchers whose next word is a Python script rather than a program. */
const scriptLaunchers = new Set(['torchrun', 'accelerate', 'deepspeed']);
/** Wrappers that need one word of their own before the command: `taskset 0x3 …`, `timeout 10 …`. */
const leadingWord = new Set(['taskset', 'timeout']);
const shells = new Set(['sh', 'bash', 'zsh', 'dash', 'fish', 'ksh', 'cmd', 'powershell', 'pwsh']);
const pythonOptionsWithValue = new Set(['-W', '-X', '--check-hash-based-pycs']);
const aliases: Readonly<Record<string, string>> = {
  mamba: 'conda',
  micromamba: 'conda',
  mpiexec: 'mpirun',
  orterun: 'mpirun',
  'torch.distributed.run': 'torchrun',
  'torch.distributed.launch': 'torchrun',
};

/** `train.py`, `/x/python3.11` or `uvx.exe` without folder and `.exe`. */
export function programName(word: string): string {
  return basename(word.replaceAll('\\', '/')).replace(/\.exe$/i, '');
}

export function isPythonName(word: string): boolean {
  return /^(?:python[\d.]*[tmd]*|pypy[\d.]*|pythonw)$/i.test(programName(word));
}

export function readCommandWords(argv: readonly string[]): CommandWords {
  return new CommandReader(argv).read();
}

class CommandReader {
  readonly #argv: readonly string[];
  readonly #launchers: string[] = [];
  #interpreter: number | undefined;

  constructor(argv: readonly string[]) {
    this.#argv = argv;
  }

  read(): CommandWords {
    return this.#command(0);
  }

  #command(at: number): CommandWords {
    const word = this.#argv[at];
    if (word === undefined) return this.#found(this.#argv.length);
    if (isPythonName(word)) return this.#python(at);
    const name = programName(word);
    if (shells.has(name)) return this.#shell(at);
    const launcher = aliases[name] ?? name;
    if (valued[launcher] === undefined) return this.#program(at);
    return this.#launcher(launcher, name, at + 1);
  }

  #launcher(launcher: string, name: string, at: number): CommandWords {
    const subcommands = runWord[name];
    if (subcommands !== undefined) {
      at = this.#skipOptions(launcher, at);
      if (!subcommands.includes(this.#argv[at] ?? '')) return this.#found(at);
      at++;
    }
    this.#launchers.push(launcher);
    at = this.#skipOptions(launcher, at);
    if (leadingWord.has(launcher)) at++;
    while (launcher === 'env' && /^\w+=/.test(this.#argv[at] ?? '')) at++;
    if (scriptLaunchers.has(launcher)) return this.#script(at);
    // `uv run train.py` takes a script as well as a program.
    if (/\.pyw?$/.test(this.#argv[at] ?? '')) return this.#script(at);
    return this.#command(at);
  }

  #python(at: number): CommandWords {
    this.#interpreter ??= at;
    for (at++; at < this.#argv.length; at++) {
      const word = this.#argv[at] ?? '';
      if (word === '-m' || /^-[a-zA-Z]*m$/.test(word)) return this.#module(at + 1);
      if (word === '-c' || /^-[a-zA-Z]*c$/.test(word)) return this.#found(at + 2);
      if (pythonOptionsWithValue.has(word)) at++;
      else if (!word.startsWith('-')) break;
      else if (word === '-') return this.#found(at + 1);
    }
    return this.#script(at);
  }

  #module(at: number): CommandWords {
    const launcher = aliases[this.#argv[at] ?? ''];
    if (launcher !== undefined) return this.#launcher(launcher, launcher, at + 1);
    if (this.#argv[at] === 'accelerate.commands.launch')
      return this.#launcher('accelerate', 'launch', at + 1);
    return this.#found(at + 1, at);
  }

  #script(at: number): CommandWords {
    if (this.#argv[at] === '-m') return this.#found(at + 2, at + 1);
    return at < this.#argv.length ? this.#found(at + 1, at) : this.#found(at);
  }

  #shell(at: number): CommandWords {
    for (at++; at < this.#argv.length; at++) {
      const word = this.#argv[at] ?? '';
      if (/^-[a-z]*c$|^\/c$|^-command$/i.test(word)) return this.#found(this.#argv.length);
      if (!word.startsWith('-')) return this.#found(at + 1, at);
    }
    return this.#found(at);
  }

  #program(at: number): CommandWords {
    return this.#found(at + 1, at);
  }

  #skipOptions(launcher: string, at: number): number {
    const takesValue = valued[launcher] ?? [];
    for (; at < this.#argv.length; at++) {
      const word = this.#argv[at] ?? '';
      if (word === '--') return at + 1;
      if (!word.startsWith('-') || (word === '-m' && scriptLaunchers.has(launcher))) return at;
      if (takesValue.includes(word)) at++;
    }
    return at;
  }

  #found(firstArgument: number, script?: number): CommandWords {
    return {
      firstArgument: Math.min(firstArgument, this.#argv.length),
      launchers: this.#launchers,
      ...(script === undefined || script >= this.#argv.length ? {} : { script }),
      ...(this.#interpreter === undefined ? {} : { interpreter: this.#interpreter }),
    };
  }
}
