//! The transcript file of `--log`: one JSON object a line, appended whole, readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::{Timestamp, Unit};
use serde::Serialize;

use super::cannot;
use crate::error::{Error, Result};
use crate::judge::transcript::{Entry, Transcript};

/// A transcript file. A line that can't be written does not stop the judging; the fault is kept for the end.
#[derive(Debug)]
pub struct TranscriptFile {
    path: PathBuf,
    file: Mutex<File>,
    fault: OnceLock<Error>,
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    /// When it was written.
    at: String,
    #[serde(flatten)]
    entry: &'a Entry<'a>,
}

impl TranscriptFile {
    /// Opens the file to append to; a new one is private to its owner.
    pub fn open(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|fault| cannot("write the log", path, &fault))?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), fault: OnceLock::new() })
    }

    /// What kept a line from being written, if something did.
    pub fn fault(&self) -> Option<&Error> {
        self.fault.get()
    }

    /// One write a line, so that lines of several processes do not mix.
    fn append(&self, entry: &Entry<'_>) -> io::Result<()> {
        let now = Timestamp::now();
        let at = now.round(Unit::Millisecond).unwrap_or(now).to_string();
        let mut line = serde_json::to_vec(&Line { at, entry })?;
        line.push(b'\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }
}

impl Transcript for TranscriptFile {
    fn note(&self, entry: &Entry<'_>) {
        if let Err(fault) = self.append(entry) {
            // The first fault says it all.
            let _ = self.fault.set(cannot("write the log", &self.path, &fault));
        }
    }
}
