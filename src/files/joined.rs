//! Several grades files looked at as one: where each line is, so that millions of them need not be in memory.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::cannot;
use super::grades::hash;
use crate::error::{Error, Result};
use crate::record::{GradeRecord, Status};

/// Grades files, and where each of their lines is: 32 bytes a line.
#[derive(Debug)]
pub struct GradesFiles {
    paths: Vec<PathBuf>,
    lines: Vec<Line>,
}

/// Where a line is, and which answer it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Hash of the answer's id.
    id: u64,
    file: u32,
    length: u32,
    start: u64,
    is_graded: bool,
}

impl GradesFiles {
    /// Reads which answers the files are about, and hands each id to `note`. A last line without an end, as a run leaves
    /// it that was killed while it wrote, is left out.
    pub fn read(paths: &[PathBuf], note: &mut dyn FnMut(&str)) -> Result<Self> {
        let mut lines = Vec::new();
        for (file, path) in paths.iter().enumerate() {
            each_line(path, &mut |start, length, grade| {
                note(&grade.id);
                let is_graded = matches!(grade.status, Status::Graded(_));
                lines.push(Line { id: hash(&grade.id), file: file as u32, length, start, is_graded });
            })?;
        }
        Ok(Self { paths: paths.to_owned(), lines })
    }

    /// The lines about each answer together, in the order of the files; of one file the last counts.
    pub fn by_answer(&self) -> Vec<Line> {
        let mut lines = self.lines.clone();
        lines.sort_unstable_by_key(|line| (line.id, line.file, line.start));
        lines.dedup_by(|later, earlier| {
            let is_same = (later.id, later.file) == (earlier.id, earlier.file);
            if is_same {
                *earlier = *later;
            }
            is_same
        });
        lines
    }

    /// The grade in a line.
    pub fn record(&self, line: Line) -> Result<GradeRecord> {
        let path = self.path(line);
        let mut bytes = vec![0; line.length as usize];
        let read = File::open(path).and_then(|mut file| {
            file.seek(SeekFrom::Start(line.start))?;
            file.read_exact(&mut bytes)
        });
        read.map_err(|error| cannot("read", path, &error))?;
        serde_json::from_slice(&bytes).map_err(|error| not_a_grade(path, &error))
    }

    /// The file that a line is in.
    pub fn path(&self, line: Line) -> &Path {
        &self.paths[line.file as usize]
    }

    /// Writes the chosen lines in the order of the files, in place of what is at `output`, in one step.
    pub fn write(&self, mut chosen: Vec<Line>, output: &Path) -> Result<()> {
        chosen.sort_unstable_by_key(|line| (line.file, line.start));
        let failed = |error: std::io::Error| cannot("write", output, &error);
        let mut fresh = BufWriter::new(super::beside(output).map_err(failed)?);
        let mut bytes = Vec::new();
        for lines in chosen.chunk_by(|one, next| one.file == next.file) {
            let path = self.path(lines[0]);
            let mut file = BufReader::new(File::open(path).map_err(|error| cannot("read", path, &error))?);
            let mut at = 0;
            for line in lines {
                bytes.resize(line.length as usize, 0);
                let read = file
                    .seek_relative((line.start - at).cast_signed())
                    .and_then(|()| file.read_exact(&mut bytes));
                read.map_err(|error| cannot("read", path, &error))?;
                at = line.start + u64::from(line.length);
                fresh.write_all(&bytes).and_then(|()| fresh.write_all(b"\n")).map_err(failed)?;
            }
        }
        let fresh = fresh.into_inner().map_err(|error| failed(error.into_error()))?;
        super::put(fresh, output).map_err(failed)
    }
}

impl Line {
    /// Whether both are about one answer, but for one in 2^64.
    pub fn is_about_the_same(self, other: Self) -> bool {
        self.id == other.id
    }

    /// Whether it is about the answer of that id, but for one in 2^64; by how the ids are sorted.
    pub fn compared_to(self, id: &str) -> Ordering {
        self.id.cmp(&hash(id))
    }

    /// Whether it holds a grade.
    pub fn is_graded(self) -> bool {
        self.is_graded
    }
}

fn each_line(path: &Path, take: &mut dyn FnMut(u64, u32, &GradeRecord)) -> Result<()> {
    let failed = |error: std::io::Error| cannot("read", path, &error);
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let mut bytes = Vec::new();
    let mut start = 0;
    loop {
        bytes.clear();
        let length = reader.read_until(b'\n', &mut bytes).map_err(failed)?;
        if length == 0 {
            return Ok(());
        }
        let is_torn = bytes.last() != Some(&b'\n');
        let text = bytes.trim_ascii_end();
        match serde_json::from_slice(text) {
            Ok(grade) => {
                let length =
                    u32::try_from(text.len()).map_err(|_| Error::failed("a line of 4 GB is no grade"))?;
                take(start, length, &grade);
            }
            Err(_) if is_torn || text.is_empty() => {}
            Err(error) => return Err(not_a_grade(path, &error)),
        }
        start += length as u64;
    }
}

fn not_a_grade(path: &Path, error: &serde_json::Error) -> Error {
    Error::misused(format!("{} has a line that is no grade: {error}", path.display()))
        .hint("name files that `coach grade -o` wrote")
}
