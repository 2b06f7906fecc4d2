/**
 * Environment variables that every terminal, editor or version manager sets anew and no training reads; and PATH and
 * pyenv's, whose effect, the programs found, is compared itself.
 */
export function isSessionVariable(name: string): boolean {
  return pattern.test(name);
}

const pattern = new RegExp(
  `^(?:${[
    ...['_', 'PWD', 'OLDPWD', 'SHLVL', 'TERM', 'TERM_.*', 'COLORTERM'],
    ...['COLUMNS', 'LINES', 'SSH_.*', 'XDG_.*', 'DBUS_.*', 'DISPLAY', 'WAYLAND_DISPLAY'],
    ...['WINDOWID', 'GPG_.*', 'LS_COLORS', 'HIST.*', 'PS1', 'PROMPT.*', 'LESS.*'],
    ...['PAGER', 'EDITOR', 'VISUAL', 'MAIL', 'INVOCATION_ID', 'JOURNAL_STREAM', 'VSCODE_.*'],
    ...['ELECTRON_.*', 'GIT_.*', 'LOCKSTEP_.*', 'npm_.*', 'NODE', 'NODE_.*', 'INIT_CWD'],
    ...['SUDO_.*', 'TMUX.*', 'STY', 'KITTY_.*', 'ITERM_.*', 'FORCE_COLOR', 'PY_COLORS'],
    ...['NO_COLOR', 'CHROME_DESKTOP', 'GDK_.*', 'SESSION_MANAGER', 'HOSTNAME', 'PYTHONUNBUFFERED', 'PATH'],
    ...['VIRTUAL_ENV_PROMPT', 'CLICOLOR', 'CLICOLOR_FORCE', 'BROWSER', 'SHELL', 'VTE_VERSION', 'MANPATH'],
    ...['INFOPATH', 'WT_.*', 'ZDOTDIR', 'ZSH.*', 'NVM_.*', 'PYENV_.*'],
    ...['RBENV_.*', 'SDKMAN_.*', 'HOMEBREW_.*', 'CONDA_PROMPT_MODIFIER', 'CONDA_SHLVL', 'WSL_.*', 'WSLENV'],
  ].join('|')})$`,
);
