//! Runs the real program in a folder of its own, cut off from the home folder, the environment and the network.

#![allow(dead_code, reason = "each test file uses its part of this")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder, and the program in it.
pub(crate) struct Coach {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Coach {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// The same with an environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The lines of a grades file.
    pub(crate) fn grades(&self, name: &str) -> Vec<Value> {
        grades(&self.read(name))
    }

    /// The program with these arguments, ready to start.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coach"));
        command.args(arguments).current_dir(self.folder()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.folder()).env("COACH_HOME", self.path("home")).env("COLUMNS", "80");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// Runs with `input` on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        use std::io::Write as _;
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // On a thread, because the program may print more than a pipe holds before it has read everything.
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        // A program that ended early leaves the rest unread; what it printed is the test's business.
        let _ = writer.join().unwrap();
        Ran::of(&output)
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// The run's output and exit code in one piece, for a snapshot.
    pub(crate) fn transcript(&self) -> String {
        format!("{}--- stderr\n{}--- exit {}", self.stdout, self.stderr, self.code)
    }
}

/// The lines of a grades file.
pub(crate) fn grades(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The same lines in the order of their ids, for comparing runs.
pub(crate) fn by_id(mut grades: Vec<Value>) -> Vec<Value> {
    grades.sort_by_key(|grade| grade["id"].as_str().unwrap().to_owned());
    grades
}

/// One line of a file of answers.
pub(crate) fn answer(id: &str, question: &str, text: &str) -> String {
    json!({"id": id, "question": question, "answer": text}).to_string() + "\n"
}

/// The answers that newcomers grade first.
pub(crate) fn example_answers() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/answers.jsonl")).unwrap()
}
