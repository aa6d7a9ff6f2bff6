"""The POSIX shell scripts that run on a host. Each is a constant; what varies is passed to it as words or lines."""

from __future__ import annotations

SHELL = "/bin/sh"

READ = """\
LC_ALL=C; export LC_ALL
echo "$2"
exec cat -- "$1"
"""
"""Print the line $2, then the file $1. What a login shell prints of its own stands before that line."""

WRITE = """\
LC_ALL=C; export LC_ALL
real=$(readlink -f -- "$1") || { echo "$1: the folder does not exist" >&2; exit 1; }
folder=${real%/*}
room=$folder
case ${folder##*/} in
tetragon.conf.d | tetragon.tp.d)
  above=${folder%/*}
  [ "$(stat -c %d "$above" 2>&1)" = "$(stat -c %d "$folder" 2>&1)" ] && [ -w "$above" ] && room=$above ;;
esac
new=$room/.${real##*/}.tetratui-$$
trap 'rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
umask 077
rm -f -- "$new" || exit 1
if [ -e "$real" ]; then cp -p -- "$real" "$new" || exit 1; else : >"$new" && chmod "$2" "$new" || exit 1; fi
cat >"$new" || exit 1
[ "$(($(wc -c <"$new")))" -eq "$3" ] || { echo "$1: only a part arrived" >&2; exit 1; }
sync -- "$new" 2>/dev/null
mv -f -- "$new" "$real"
"""
"""Replace the file $1 by the standard input, $3 bytes; a new file gets mode $2. The temporary file never lies where
Tetragon reads every file, unless the folder above is another file system or not writable."""
