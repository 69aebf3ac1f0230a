#!/usr/bin/env bash
# Grades a file of answers on all cores of this machine with GNU parallel: each process is a filter on a part of the file.
#   gnu-parallel.sh ANSWERS GRADES [OPTIONS OF coach grade]
# With --sshloginfile HOSTS among parallel's own options, it takes the cores of other machines, too.
set -euo pipefail
answers=${1:?name the file of answers} grades=${2:?name the file for the grades}
shift 2

# The program exits with 3 when some answers are ungraded; their reasons are in the output, and the other parts go on.
# The parts share no reply cache and no table of ids, so that an id that comes twice is graded twice; `coach merge` says so.
grade_part() {
  coach grade - -o - --no-cache "$@" || [ $? -eq 3 ]
}
export -f grade_part

SHELL=$(command -v bash) parallel --will-cite --pipepart --arg-file "$answers" --block -1 --halt soon,fail=1 \
  grade_part "$@" > "$grades.part"
mv "$grades.part" "$grades"
