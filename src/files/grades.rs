//! The grades file: appended line by line, resumed, never written by two runs at once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::cannot;
use crate::error::{Error, Result};
use crate::record::GradeRecord;

/// Where grades are written.
#[derive(Debug)]
pub enum GradesOutput {
    /// Standard output: nothing to resume.
    Stdout,
    /// A file.
    File(GradesFile),
}

/// A grades file that this run holds the lock of.
#[derive(Debug)]
pub struct GradesFile {
    path: PathBuf,
    file: File,
    earlier: HashMap<u64, Earlier>,
    /// Lines of earlier runs that a later line replaces.
    replaced: usize,
}

/// What an earlier run wrote about an answer.
#[derive(Debug, Clone, Copy)]
struct Earlier {
    key: u64,
    graded: bool,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is in the file, or on its way down the pipe.
    Whole,
    /// The reader of the pipe has gone.
    NobodyReads,
}

impl GradesOutput {
    /// Whether an earlier run already graded this answer in just this way.
    pub fn has(&self, id: &str, key: &str) -> bool {
        match self {
            Self::Stdout => false,
            Self::File(file) => {
                file.earlier.get(&hash(id)).is_some_and(|earlier| earlier.graded && earlier.key == hash(key))
            }
        }
    }

    /// Writes one line and flushes it.
    pub fn write(&mut self, record: &GradeRecord) -> Result<Written> {
        let mut line = serde_json::to_vec(record)
            .map_err(|error| Error::failed(format!("cannot write the grade of {}: {error}", record.id)))?;
        line.push(b'\n');
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                match stdout.write_all(&line).and_then(|()| stdout.flush()) {
                    Ok(()) => Ok(Written::Whole),
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Written::NobodyReads),
                    Err(error) => Err(cannot("write to", Path::new("standard output"), &error)),
                }
            }
            Self::File(file) => file.append(&line, &record.id).map(|()| Written::Whole),
        }
    }

    /// Ends the run: lines that later ones replace are removed.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::File(file) if file.replaced > 0 => file.compact(),
            Self::Stdout | Self::File(_) => Ok(()),
        }
    }
}

impl GradesFile {
    /// Opens or makes a grades file, takes its lock, cuts a line that a crash tore, and reads what is there.
    pub fn open(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(|error| cannot("open", path, &error))?;
        let kind = file.metadata().map_err(|error| cannot("open", path, &error))?.file_type();
        if !kind.is_file() {
            return Err(Error::misused(format!(
                "{} is no regular file, so no run could be resumed from it",
                path.display()
            ))
            .hint("name a file with -o, or leave -o out to write to standard output"));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::failed(format!("another run is writing {}", path.display()))
                    .hint("wait for it, or name another output with -o"));
            }
            Err(TryLockError::Error(error)) => return Err(cannot("lock", path, &error)),
        }
        let mut grades = Self { path: path.to_owned(), file, earlier: HashMap::new(), replaced: 0 };
        grades.read_earlier()?;
        Ok(grades)
    }

    /// Reads what earlier runs wrote. A run that was killed while it wrote leaves a line without an end; what it
    /// said is cut off, and redone. Anything else that is no grade means that this is another file, which is
    /// left as it is.
    fn read_earlier(&mut self) -> Result<()> {
        let mut reader =
            BufReader::new(File::open(&self.path).map_err(|error| cannot("read", &self.path, &error))?);
        let mut line = Vec::new();
        let mut whole = 0;
        for number in 1.. {
            line.clear();
            let length =
                reader.read_until(b'\n', &mut line).map_err(|error| cannot("read", &self.path, &error))?;
            if length == 0 {
                break;
            }
            if line.last() != Some(&b'\n') && is_torn_grade(&line) {
                self.file.set_len(whole).map_err(|error| cannot("repair", &self.path, &error))?;
                break;
            }
            let line: LineHead =
                serde_json::from_slice(&line).map_err(|error| self.not_a_grade(number, &error))?;
            let earlier = Earlier { key: hash(&line.key), graded: line.status == "graded" };
            if self.earlier.insert(hash(&line.id), earlier).is_some() {
                self.replaced += 1;
            }
            whole += length as u64;
        }
        self.file.seek(SeekFrom::End(0)).map(|_| ()).map_err(|error| cannot("write to", &self.path, &error))
    }

    fn not_a_grade(&self, number: usize, error: &serde_json::Error) -> Error {
        Error::failed(format!("{} line {number} is no grade: {error}", self.path.display()))
            .hint("name another output with -o; this file was left as it is")
    }

    fn append(&mut self, line: &[u8], id: &str) -> Result<()> {
        let before = self.file.stream_position().map_err(|error| cannot("write to", &self.path, &error))?;
        if let Err(error) = self.file.write_all(line) {
            // A disk that filled up in the middle of a line must not leave half of it.
            let _ = self.file.set_len(before);
            return Err(cannot("write to", &self.path, &error));
        }
        if self.earlier.contains_key(&hash(id)) {
            self.replaced += 1;
        }
        Ok(())
    }

    /// Keeps the last line about each answer. The new file takes the place of the old one in one step.
    fn compact(self) -> Result<()> {
        let failed = |error: io::Error| cannot("rewrite", &self.path, &error);
        let mut last: HashMap<u64, usize> = HashMap::new();
        self.each_line(|at, id, _| {
            last.insert(id, at);
            Ok(())
        })?;
        let folder =
            self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut fresh = BufWriter::new(tempfile::NamedTempFile::new_in(folder).map_err(failed)?);
        self.each_line(
            |at, id, line| {
                if last.get(&id) == Some(&at) { writeln!(fresh, "{line}") } else { Ok(()) }
            },
        )?;
        let fresh = fresh.into_inner().map_err(|error| failed(error.into_error()))?;
        fresh.as_file().sync_all().map_err(failed)?;
        let permissions = self.file.metadata().map_err(failed)?.permissions();
        fresh.as_file().set_permissions(permissions).map_err(failed)?;
        fresh.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn each_line(&self, mut take: impl FnMut(usize, u64, &str) -> io::Result<()>) -> Result<()> {
        let failed = |error: io::Error| cannot("rewrite", &self.path, &error);
        let reader = BufReader::new(File::open(&self.path).map_err(failed)?);
        for (at, line) in reader.lines().enumerate() {
            let line = line.map_err(failed)?;
            let head: LineHead = serde_json::from_str(&line).map_err(|error| failed(error.into()))?;
            take(at, hash(&head.id), &line).map_err(failed)?;
        }
        Ok(())
    }
}

/// Hands each line of a grades file, or of standard input if the path is `-`, to `take`. A last line without an
/// end, as a run leaves it that was killed while it wrote, is no grade and left out.
pub fn read(path: &Path, mut take: impl FnMut(GradeRecord)) -> Result<()> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let reader: Box<dyn Read> = if is_stdin { Box::new(io::stdin()) } else { super::human::open(path)? };
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut line = Vec::new();
    let mut taken = 0;
    for number in 1.. {
        line.clear();
        let length = reader.read_until(b'\n', &mut line).map_err(|error| cannot("read", path, &error))?;
        if length == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<GradeRecord>(&line) {
            Ok(record) => {
                take(record);
                taken += 1;
            }
            Err(_) if line.last() != Some(&b'\n') && taken > 0 => {}
            Err(error) => {
                return Err(Error::misused(format!("{name} line {number} is no grade: {error}"))
                    .hint("name a file that `coach grade -o` wrote"));
            }
        }
    }
    Ok(())
}

/// The fields of a line that resuming needs; the rest is not read, which matters for a million lines.
#[derive(serde::Deserialize)]
struct LineHead<'l> {
    #[serde(borrow)]
    id: Cow<'l, str>,
    #[serde(borrow)]
    status: Cow<'l, str>,
    #[serde(borrow)]
    key: Cow<'l, str>,
}

/// Whether bytes without a line end are the beginning of a line of ours.
fn is_torn_grade(bytes: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"{\"id\":";
    let length = bytes.len().min(BEGINNING.len());
    bytes[..length] == BEGINNING[..length]
}

/// 64 bits stand for an id or a key, so that a million answers fit into little memory: the chance that any two
/// of a million ids share them is below 1 in 10 million.
pub fn hash(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::new().hash_one(text)
}
