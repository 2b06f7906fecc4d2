/**
 * The part of a POSIX shell script that looks for a program as the system would, before it is executed: shells and
 * engines say in words of their own, and with codes that differ by version, that there is none.
 *
 * Takes the program as `$1`; calls `refuse missing` or `refuse forbidden`, which the script around it defines and which
 * must not return. Leaves the variables that {@link findProgramVariables} names.
 */
export const findProgram = `
case $1 in
  */*)
    [ -e "$1" ] || refuse missing
    [ -x "$1" ] && [ ! -d "$1" ] || refuse forbidden ;;
  *)
    found= seen= old=$IFS
    IFS=:
    set -f
    for folder in $PATH; do
      [ -f "\${folder:-.}/$1" ] || continue
      seen=1
      [ -x "\${folder:-.}/$1" ] && found=1 && break
    done
    set +f
    IFS=$old
    [ -n "$found" ] || { [ -n "$seen" ] && refuse forbidden; refuse missing; } ;;
esac
`.trim();

export const findProgramVariables = 'found seen old folder';
