@echo off
rem The lockstep command in terminals of the editor: its own Node, else the one on PATH.
setlocal
set ELECTRON_RUN_AS_NODE=1
set "node=node"
if exist "%LOCKSTEP_EDITOR_NODE%" set "node=%LOCKSTEP_EDITOR_NODE%"
"%node%" "%~dp0..\cli.cjs" %*
