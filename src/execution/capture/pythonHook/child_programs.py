"""Which program an audit event of the interpreter says is about to start: its name, and whether a Python would be seen.

Nothing else of the command is told, because it may hold secrets; but of git what it is to do.
"""

import os
import sys

text = type(u"")
signs = set(u";|&<>$`\n(){}\\*?[]!#")


def child_program(event, args, hook_folder):
    """`p` the program as it was named, `w` the command of git, `n` where no hook reaches a Python that is started."""
    words, variables = command_of(event, args)
    words = [word for word in (plain(word) for word in words) if word is not None]
    line = {"k": "child", "p": words[0] if words else ""}
    name = os.path.basename(line["p"])
    if name == "git":
        command = command_of_git(words[1:])
        if command:
            line["w"] = command
    if not is_hooked(variables, hook_folder) or (name.startswith("python") and is_isolated(words[1:])):
        line["n"] = True
    return line


def command_of(event, args):
    if event == "os.system":
        return of_shell("/bin/sh", args[0]), None
    if event == "subprocess.Popen":
        program, words, variables = args[0], args[1], args[3]
    elif event == "os.spawn":
        program, words, variables = args[1], args[2], args[3]
    else:
        program, words, variables = args[0], args[1], args[2]
    listed = list(words) if type(words) in (list, tuple) else [words]
    program = plain(program) or (plain(listed[0]) if listed else None) or ""
    if os.path.basename(program) in ("sh", "bash", "dash", "zsh") and len(listed) == 3:
        option = plain(listed[1]) or ""
        if option.startswith("-") and option.endswith("c"):
            return of_shell(program, listed[2]), variables
    return [program] + listed[1:], variables


def of_shell(shell, script):
    """The words of the one simple command that the script is, else the shell."""
    script = plain(script) or ""
    for silent in ("2>/dev/null", "2>&1", ">/dev/null", "&>/dev/null", "2> /dev/null", "> /dev/null"):
        script = script.replace(silent, " ")
    words = script.split()
    if not words or "=" in words[0] or any(c in signs for c in script):
        return [shell]
    return words


def command_of_git(words):
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in ("-C", "-c", "--git-dir", "--work-tree"):
            skip = True
        elif word == "--version":
            return "version"
        elif not word.startswith("-"):
            return word if len(word) < 24 and word.replace("-", "").isalpha() else None
    return None


def is_hooked(variables, hook_folder):
    if variables is None or type(variables) is type(os.environ):
        return "LOCKSTEP_SEEN" in os.environ and hook_folder in os.environ.get("PYTHONPATH", "")
    # Nobody's objects are asked.
    if type(variables) is not dict:
        return False
    path = plain(variables.get("PYTHONPATH", variables.get(b"PYTHONPATH"))) or ""
    return ("LOCKSTEP_SEEN" in variables or b"LOCKSTEP_SEEN" in variables) and hook_folder in path


def is_isolated(options):
    for word in options:
        if not word.startswith("-") or word.startswith("--") or word in ("-c", "-m", "-"):
            return False
        if any(letter in word for letter in "IES"):
            return True
    return False


def plain(value):
    """Texts and bytes, and nothing that would have to be asked for its text."""
    if type(value) is text:
        return value
    if type(value) is bytes:
        return os.fsdecode(value) if hasattr(os, "fsdecode") else value.decode("utf-8", "replace")
    pathlib = sys.modules.get("pathlib")
    if pathlib is not None and type(value) in (pathlib.PosixPath, pathlib.WindowsPath):
        return str(value)
    return None
