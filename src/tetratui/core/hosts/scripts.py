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

SESSION = """\
LC_ALL=C; export LC_ALL
IFS= read -r token || exit 0
mark() { printf "\\036%s %s\\n" "$token" "$1"; }
stop() { if [ -n "$tail" ]; then kill "$tail"; wait "$tail"; fi 2>/dev/null; tail=; }
tail=
trap stop EXIT
trap "exit 0" HUP INT TERM PIPE
missing=
for program in tail dd ls; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
mark "0$missing"
while IFS=" " read -r verb fd one two three; do
  case $verb in open | at | list) IFS= read -r path || exit 0 ;; esac
  file=/proc/$$/fd/$fd
  case $verb in
  open)
    if [ -d "$path" ]; then mark "1 Is a directory"
    elif eval "command exec $fd<\\"\\$path\\"" 2>/dev/null; then mark 0
    else mark "1 $( { : <"$path"; } 2>&1)"
    fi ;;
  stat) ls -inL "$file"; mark $? ;;
  read) dd if="$file" bs="$one" skip="$two" count="$three" 2>/dev/null; mark $? ;;
  list) for file in "$path"/*; do printf "%s\\n" "${file##*/}"; done; mark 0 ;;
  move) eval "exec $one<&$fd $fd<&-"; mark 0 ;;
  close) eval "exec $fd<&-"; mark 0 ;;
  tail) tail -c "+$one" -f "$file" </dev/null & tail=$! ;;
  stop) stop; mark 0 ;;
  at)
    if [ "$path" -ef "$file" ]; then now=same; elif [ -e "$path" ]; then now=moved; else now=gone; fi
    if [ -n "$tail" ] && ! kill -0 "$tail" 2>/dev/null; then now="$now dead"; fi
    if [ -n "$one" ]; then now="$now facts $(ls -inL "$file")"; fi
    printf "%s %s\\n" "$token" "$now" >&2 ;;
  esac
done
"""
"""Answer requests, one a line, until the standard input ends. The first line is a token of this connection; it marks
where an answer ends. An open file keeps its inode, so no other file can be taken for it. While a file is followed only
`tail` runs: looking whether the file was rotated starts no process, which would be an event of the sensor itself."""

CONFIGURATION = """\
LC_ALL=C; export LC_ALL
token=$1
shift
show() {
  if [ -d "$1" ]; then printf "%s folder %s\\n\\n" "$token" "$1"
  elif [ ! -e "$1" ]; then return
  elif [ ! -r "$1" ]; then printf "%s closed %s\\n\\n" "$token" "$1"
  else printf "%s file %s\\n" "$token" "$1"; cat -- "$1"; echo
  fi
}
for path in "$@"; do
  show "$path"
  if [ -d "$path" ]; then for file in "$path"/*; do show "$file"; done; fi
done
printf "%s dpkg -\\n" "$token"; dpkg-query -s tetragon 2>/dev/null; echo
printf "%s rpm -\\n" "$token"; rpm -q --qf "%{VERSION}\\n" tetragon 2>/dev/null; echo
printf "%s tetra -\\n" "$token"; PATH=$PATH:/usr/local/bin tetra version 2>/dev/null </dev/null; echo
printf "%s end -\\n" "$token"
"""
"""Print the files and folders that are the parameters after the token $1, each after a line that names it, and what
packages and `tetra` say of the version."""

EXAMINE = """\
LC_ALL=C; export LC_ALL
[ -e "$1" ] || exit 0
if [ -r "$1" ]; then readable=yes; else readable=no; fi
echo "$readable $(ls -lndL -- "$1")"
"""
"""Print whether the file $1 can be read, and its mode."""
