#!/usr/bin/env bash
# Grades a file of answers as a Slurm job array, one shard a task. A task that is run again only grades what is missing.
#   sbatch --array=1-16 slurm-array.sh ANSWERS FOLDER [OPTIONS OF coach grade]
#   coach merge FOLDER/*.jsonl -o grades.jsonl --answers ANSWERS --shards 16
#SBATCH --job-name=coach
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
set -u
answers=${1:?name the file of answers} folder=${2:?name the folder for the grades}
shift 2
shard=$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT
mkdir -p "$folder"

# --no-cache: the reply cache is a database, which many machines can't share over a network.
coach grade "$answers" --shard "$shard" -o "$folder/$SLURM_ARRAY_TASK_ID.jsonl" --no-cache "$@"
code=$?
# 3: some answers are ungraded, with the reason in the file. `coach merge` counts them; the task has done its work.
[ "$code" -eq 3 ] && exit 0
exit "$code"
