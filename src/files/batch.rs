//! The folder of a batch, beside the grades file: what was sent, and how far it is. It survives being killed at any
//! moment: whatever is in the state is on the disk, and whatever is not in the state counts for nothing.
//!
//! Beside the state there are, for each part, the file of requests until it is uploaded, the names of those requests
//! until they are scored, and the files of replies until they are.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cannot;
use crate::cli::AnswerFormat;
use crate::endpoint::batches::BatchStatus;
use crate::error::{Error, Result};

/// The version of the state.
const FORMAT: u32 = 1;

/// What a batch is about, and how far each of its parts is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    format: u32,
    /// What names its files and batches at the server; no other batch has it.
    pub tag: String,
    /// What was asked, and of whom.
    pub order: Order,
    /// How many parts there ever were.
    pub begun: u32,
    /// The parts that are not scored yet.
    pub parts: Vec<Part>,
}

/// What is graded by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The judge's name in the configuration.
    pub judge: String,
    /// The model.
    pub model: String,
    /// The endpoint.
    pub base_url: String,
    /// The files of answers, as they were named: records without an id go by that name and their line.
    pub answers: Vec<PathBuf>,
    /// The folder that those names start from.
    pub folder: PathBuf,
    /// Their format, where it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<AnswerFormat>,
    /// The question of answers that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The shard, as it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
}

/// One file of requests on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// From 1.
    pub number: u32,
    /// How many requests it has.
    pub requests: u64,
    /// How far it is.
    #[serde(flatten)]
    pub step: Step,
}

/// How far a part is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// The file of requests is whole on this disk; it may have been uploaded without our hearing of it.
    Written,
    /// The server has the file; it may have been ordered without our hearing of it.
    Uploaded {
        /// The file's id at the server.
        file: String,
    },
    /// The server works on it.
    Ordered {
        /// The batch's id at the server.
        batch: String,
    },
    /// The server is done, and the replies are on this disk.
    Fetched {
        /// How it ended.
        status: BatchStatus,
        /// What the server said about it, if it failed as a whole.
        errors: Vec<String>,
    },
}

/// The folder of a batch, locked: only one command at a time changes it.
#[derive(Debug)]
pub struct BatchFolder {
    path: PathBuf,
    lock: File,
    /// What is on the disk.
    pub state: State,
}

/// Which of a part's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartFile {
    /// What is asked.
    Requests,
    /// The names of the requests.
    Names,
    /// What came back.
    Replies,
    /// What failed.
    Errors,
}

impl Order {
    /// The files of answers: as they were named where that leads to them, else as whole paths.
    pub fn answer_files(&self) -> Vec<PathBuf> {
        let is_here = std::env::current_dir().is_ok_and(|here| here == self.folder);
        self.answers.iter().map(|path| if is_here { path.clone() } else { self.folder.join(path) }).collect()
    }
}

impl Part {
    /// What the file and the batch are named at the server.
    pub fn tag(&self, state: &State) -> String {
        format!("coach-{}-{}", state.tag, self.number)
    }
}

/// Where the folder of a grades file is.
pub fn folder_of(grades: &Path) -> PathBuf {
    let mut name = grades.as_os_str().to_owned();
    name.push(".batch");
    PathBuf::from(name)
}

/// The state of the batch of a grades file, if one is under way.
pub fn state_of(grades: &Path) -> Result<Option<State>> {
    let path = state_path(&folder_of(grades));
    match fs::read(&path) {
        Ok(bytes) => read_state(&path, &bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", &path, &error)),
    }
}

fn state_path(folder: &Path) -> PathBuf {
    folder.join("state.json")
}

fn read_state(path: &Path, bytes: &[u8]) -> Result<State> {
    let wrong = |what: &str| {
        Error::failed(format!("{} can't be used: {what}", path.display()))
            .hint("it was left as it is; was it changed by hand, or written by another version?")
    };
    let state: State = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
    if state.format == FORMAT { Ok(state) } else { Err(wrong(&format!("it has format {}", state.format))) }
}

impl BatchFolder {
    /// Opens the folder of a grades file and takes its lock; `None` where no batch is under way.
    pub fn open(grades: &Path) -> Result<Option<Self>> {
        let path = folder_of(grades);
        if !state_path(&path).exists() {
            return Ok(None);
        }
        let lock = lock(&path)?;
        // Read under the lock: another command may have changed, or ended, it meanwhile.
        let folder = state_of(grades)?.map(|state| Self { path, lock, state });
        folder.iter().for_each(Self::remove_fragments);
        Ok(folder)
    }

    /// Removes what a killed command left half written. What can't be removed does no harm.
    fn remove_fragments(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(".tmp") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Makes the folder of a grades file.
    pub fn begin(grades: &Path, tag: String, order: Order) -> Result<Self> {
        let path = folder_of(grades);
        fs::create_dir_all(&path).map_err(|error| cannot("make the folder", &path, &error))?;
        let lock = lock(&path)?;
        let state = State { format: FORMAT, tag, order, begun: 0, parts: Vec::new() };
        let folder = Self { path, lock, state };
        folder.save()?;
        Ok(folder)
    }

    /// Puts the state on the disk, in one step.
    pub fn save(&self) -> Result<()> {
        let path = state_path(&self.path);
        let failed = |error: io::Error| cannot("write", &path, &error);
        let mut fresh = super::beside(&path).map_err(failed)?;
        let json = serde_json::to_vec_pretty(&self.state).map_err(|error| failed(error.into()))?;
        fresh.write_all(&json).map_err(failed)?;
        super::put(fresh, &path).map_err(failed)
    }

    /// Ends the batch when nothing of it is left.
    pub fn end_if_done(self) -> Result<()> {
        if !self.state.parts.is_empty() {
            return Ok(());
        }
        let Self { path, lock, .. } = self;
        // The state first: without it, the rest is nothing.
        let state = state_path(&path);
        fs::remove_file(&state).map_err(|error| cannot("remove", &state, &error))?;
        drop(lock);
        fs::remove_dir_all(&path).map_err(|error| cannot("remove the folder", &path, &error))
    }

    /// The path of a part's file.
    pub fn file(&self, number: u32, file: PartFile) -> PathBuf {
        let kind = match file {
            PartFile::Requests => "requests.jsonl",
            PartFile::Names => "names",
            PartFile::Replies => "replies.jsonl",
            PartFile::Errors => "errors.jsonl",
        };
        self.path.join(format!("{number}.{kind}"))
    }

    /// Removes a file that is of no more use, if it is there.
    pub fn remove(&self, number: u32, file: PartFile) -> Result<()> {
        let path = self.file(number, file);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot("remove", &path, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A new file of a part, which gets its name when it is whole.
    pub fn writing(&self, number: u32, file: PartFile) -> Result<Whole> {
        Whole::at(self.file(number, file))
    }

    /// The names of a part's requests, as numbers.
    pub fn names(&self, number: u32) -> Result<Vec<u128>> {
        let path = self.file(number, PartFile::Names);
        let failed = |error: io::Error| cannot("read", &path, &error);
        let wrong = |_| failed(io::Error::new(io::ErrorKind::InvalidData, "a line is no name of a request"));
        let lines = BufReader::new(File::open(&path).map_err(failed)?).lines();
        lines.map(|line| u128::from_str_radix(&line.map_err(failed)?, 16).map_err(wrong)).collect()
    }
}

/// A file that is written whole or not at all.
#[derive(Debug)]
pub struct Whole {
    path: PathBuf,
    fresh: BufWriter<tempfile::NamedTempFile>,
}

impl Whole {
    /// A file that will be at `path`, in place of what is there.
    pub fn at(path: PathBuf) -> Result<Self> {
        let fresh = super::beside(&path).map_err(|error| cannot("write", &path, &error))?;
        Ok(Self { path, fresh: BufWriter::with_capacity(1 << 16, fresh) })
    }

    /// Adds bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.fresh.write_all(bytes).map_err(|error| cannot("write", &self.path, &error))
    }

    /// Puts it on the disk under its name.
    pub fn finish(self) -> Result<()> {
        let failed = |error: io::Error| cannot("write", &self.path, &error);
        let fresh = self.fresh.into_inner().map_err(|error| failed(error.into_error()))?;
        super::put(fresh, &self.path).map_err(failed)
    }
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(|error| cannot("open", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::failed(format!("another `coach batch` is at work in {}", folder.display()))
                .hint("wait for it, then run the command again"))
        }
        Err(TryLockError::Error(error)) => Err(cannot("lock", &path, &error)),
    }
}
