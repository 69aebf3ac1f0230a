//! The engines that the examples run on: the same grades as one run on one machine.
//!
//! Slurm and Kubernetes are stood in for by what they put into the environment. GNU parallel and Spark are the real ones,
//! where they are installed: `cargo test --test engines -- --ignored`, with `parallel` on the PATH, and `PYSPARK` naming a
//! Python that has `pyspark` (and Java 17 or later).
#![cfg(unix)]

mod coach;
mod many;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use coach::{Coach, by_id, grades};
use many::varied_answers;
use serde_json::Value;

/// What the built-in judge needs is the same everywhere; an endpoint's address would be part of the keys.
const BUILT_IN: [&str; 2] = ["--judge", "built-in"];

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scale").join(name)
}

/// A command in the folder of `coach`, with the program on its PATH.
fn command(coach: &Coach, program: &str) -> Command {
    let folder = Path::new(env!("CARGO_BIN_EXE_coach")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(program);
    command.current_dir(coach.folder()).env("PATH", path).env("HOME", coach.folder());
    command.env("COACH_HOME", coach.path("home")).env_remove("OPENAI_BASE_URL").env_remove("COACH_MODEL");
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Answers, and the grades of one run over them.
fn graded(count: usize) -> (Coach, Vec<Value>) {
    let coach = Coach::new();
    coach.write("a.jsonl", varied_answers(count));
    let started = Instant::now();
    let ran = coach.run(&[&["grade", "a.jsonl", "-o", "whole.jsonl"], &BUILT_IN[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    eprintln!("{count} answers in one run: {:.1} s", started.elapsed().as_secs_f64());
    let whole = by_id(coach.grades("whole.jsonl"));
    (coach, whole)
}

fn merged(coach: &Coach, parts: &[String]) -> Vec<Value> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let shards = parts.len().to_string();
    let rest = ["-o", "all.jsonl", "--answers", "a.jsonl", "--shards", &shards];
    let ran = coach.run(&[&["merge"], parts.as_slice(), &rest[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    by_id(coach.grades("all.jsonl"))
}

#[test]
fn a_slurm_array() {
    let (coach, whole) = graded(100);
    for task in 1..=4 {
        let mut task_command = command(&coach, "bash");
        task_command.arg(example("slurm-array.sh")).args(["a.jsonl", "parts"]).args(BUILT_IN);
        run(task_command.env("SLURM_ARRAY_TASK_ID", task.to_string()).env("SLURM_ARRAY_TASK_COUNT", "4"));
    }
    assert_eq!(merged(&coach, &[1, 2, 3, 4].map(|task| format!("parts/{task}.jsonl"))), whole);
}

/// What the job runs in each pod: the text below `- |`, which is indented by 14.
fn script_of_the_job() -> String {
    let job = std::fs::read_to_string(example("kubernetes-job.yaml")).unwrap();
    let (_, script) = job.split_once("- |\n").unwrap();
    let lines = script.lines().map_while(|line| line.strip_prefix("              "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_kubernetes_indexed_job() {
    let (coach, whole) = graded(100);
    coach.write("answers.jsonl", coach.read("a.jsonl"));
    for index in 0..4 {
        let mut pod = command(&coach, "sh");
        pod.args(["-c", &script_of_the_job()]).env("DATA", ".").env("SHARDS", "4");
        run(pod.env("JOB_COMPLETION_INDEX", index.to_string()));
    }
    assert_eq!(merged(&coach, &[0, 1, 2, 3].map(|index| format!("grades-{index}.jsonl"))), whole);
}

#[test]
fn an_array_task_fails_when_its_answers_cannot_be_read() {
    let coach = Coach::new();
    let mut task = command(&coach, "bash");
    task.arg(example("slurm-array.sh")).args(["gone.jsonl", "parts"]).args(BUILT_IN);
    let output = task.env("SLURM_ARRAY_TASK_ID", "1").env("SLURM_ARRAY_TASK_COUNT", "4").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

/// As many as every other way of grading is compared on, and enough for several parts.
const COUNTS: [usize; 2] = [500, 2_000];

#[test]
#[ignore = "needs GNU parallel"]
fn gnu_parallel() {
    for count in COUNTS {
        let (coach, whole) = graded(count);
        let started = Instant::now();
        let script = example("gnu-parallel.sh");
        run(command(&coach, "bash").arg(script).args(["a.jsonl", "g.jsonl"]).args(BUILT_IN));
        eprintln!("{count} answers with GNU parallel: {:.1} s", started.elapsed().as_secs_f64());
        assert_eq!(by_id(coach.grades("g.jsonl")), whole);
    }
}

#[test]
#[ignore = "needs PySpark and Java"]
fn apache_spark() {
    let python = std::env::var("PYSPARK").unwrap_or_else(|_| "python3".to_owned());
    for count in COUNTS {
        let (coach, whole) = graded(count);
        let started = Instant::now();
        let mut spark = command(&coach, &python);
        spark.arg(example("spark_grade.py")).args(["a.jsonl", "graded"]).args(BUILT_IN);
        run(spark.env("PYSPARK_PYTHON", &python).env("SPARK_LOCAL_IP", "127.0.0.1"));
        eprintln!("{count} answers with Spark: {:.1} s", started.elapsed().as_secs_f64());
        let mut parts: Vec<PathBuf> =
            std::fs::read_dir(coach.path("graded")).unwrap().map(|entry| entry.unwrap().path()).collect();
        parts.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("part-"));
        assert!(parts.len() > 1, "{parts:?}");
        let text: String = parts.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        assert_eq!(by_id(grades(&text)), whole);
    }
}
