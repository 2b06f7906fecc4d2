"""Lets a function written in Python tell its first two arguments before it runs. Loaded by sitecustomize.py.

The function stays the same object with the same signature, and an error looks as it did: no frame of ours is in its
traceback. Up to Python 3.10 a call is put before the code itself, so there is none. Later code is hard to change; there
the original is called, and an error that passes by loses the entry of the caller. (A bare `raise` adds none.)
"""

import sys

# Instructions whose argument is a place in the code, up to Python 3.10; before that in bytes, there in instructions.
_JUMPS = (111, 112, 113, 114, 115, 121)
_EXTENDED, _POP_TOP, _LOAD_CONST, _LOAD_FAST, _LOAD_DEREF, _CALL = 144, 1, 100, 124, 136, 131

_traceback = BaseException.__dict__["__traceback__"]


def exchange_code(function, tell, told_of):
    """Left alone where the first `told_of` may be among its `**kwargs`, as those of a decorated function are."""
    kind = type(exchange_code)
    if type(function) is not kind or sys.implementation.name != "cpython":
        return
    code = function.__code__
    if code.co_argcount < told_of and (code.co_kwonlyargcount or code.co_flags & 12):
        return
    prefixed = _prefixed(code, tell) if sys.version_info < (3, 11) else None
    function.__code__ = _calling(function, tell) if prefixed is None else prefixed


def _prefixed(code, tell):
    """None where the code is too long for it."""
    told = range(min(2, code.co_argcount))
    consts = len(code.co_consts)
    if consts > 254:
        return None
    call = [_LOAD_CONST, consts]
    for at in told:
        name = code.co_varnames[at]
        # What an inner function shares lies in a cell from the start.
        call += [_LOAD_DEREF, code.co_cellvars.index(name)] if name in code.co_cellvars else [_LOAD_FAST, at]
    if not told:
        call += [_LOAD_CONST, consts + 1]
    call += [_CALL, max(1, len(told)), _POP_TOP, 0]
    unit = 2 if sys.version_info >= (3, 10) else 1
    moved = bytearray(code.co_code)
    for at in range(0, len(moved), 2):
        if moved[at] in _JUMPS:
            target = moved[at + 1] + len(call) // unit
            if target > 255 or (at and moved[at - 2] == _EXTENDED):
                return None
            moved[at + 1] = target
    lines = {"co_linetable" if unit == 2 else "co_lnotab": bytes([len(call), 0]) + _lines(code, unit)}
    return code.replace(
        co_code=bytes(bytearray(call) + moved),
        co_consts=code.co_consts + (tell, None),
        co_stacksize=max(code.co_stacksize, 3),
        **lines
    )


def _lines(code, unit):
    return code.co_linetable if unit == 2 else code.co_lnotab


def _calling(function, tell):
    kind = type(function)
    code = function.__code__
    names = code.co_varnames
    count, only = code.co_argcount, code.co_kwonlyargcount
    positional = list(names[:count])
    declared, passed = list(positional), list(positional)
    if code.co_posonlyargcount:
        declared.insert(code.co_posonlyargcount, "/")
    last = count + only
    if code.co_flags & 4:
        declared.append("*" + names[last])
        passed.append("*" + names[last])
        told = positional[:2] + ["*" + names[last]]
        last += 1
    else:
        told = positional[:2] or ["None"]
        if only:
            declared.append("*")
    declared += names[count:count + only]
    passed += ["%s=%s" % (name, name) for name in names[count:count + only]]
    if code.co_flags & 8:
        declared.append("**" + names[last])
        passed.append("**" + names[last])
    free = code.co_freevars
    source = """def make(%s):
 def %s(%s):
  %s_tell = '\\0tell'; _run = '\\0run'; _strip = '\\0strip'; _tell(%s)
  try:
   return _run(%s)
  except '\\0errors' as _error:
   _strip(_error)
   raise
 return %s""" % (
        ", ".join(free), code.co_name, ", ".join(declared), "".join([name + "; " for name in free]),
        ", ".join(told), ", ".join(passed), code.co_name,
    )
    made = {}
    exec(source, made)
    telling = made["make"](*free).__code__
    run = kind(code, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    run.__kwdefaults__ = function.__kwdefaults__
    stand = {"\0tell": tell, "\0run": run, "\0errors": BaseException, "\0strip": _strip}
    consts = tuple([stand.get(one, one) if isinstance(one, str) else one for one in telling.co_consts])
    same = {"co_filename": code.co_filename, "co_firstlineno": code.co_firstlineno}
    if hasattr(code, "co_qualname"):
        same["co_qualname"] = code.co_qualname
    return telling.replace(co_consts=consts, **same)


def _strip(error):
    """Past any attribute that the class of the error has of its own."""
    entry = _traceback.__get__(error)
    if entry is not None and entry.tb_next is not None:
        _traceback.__set__(error, entry.tb_next)
