#!/usr/bin/env bash
# Grades a file of answers in a CI job and fails when some answers could not be graded.
#   grade-in-ci.sh ANSWERS GRADES
# Run again with the same files, it only grades what is new, changed or failed.
set -u
answers=${1:?name the file of answers} grades=${2:?name the file for the grades}

coach rubric check || exit
coach grade "$answers" -o "$grades"
case $? in
  0) echo "all answers graded" ;;
  3) echo "some answers are ungraded; see \"status\":\"ungraded\" in $grades" >&2; exit 1 ;;
  130) echo "interrupted; the next run goes on" >&2; exit 130 ;;
  *) exit 1 ;;
esac
