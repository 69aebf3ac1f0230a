//! Files of answers, JSONL or CSV, read one record at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::cannot;
use crate::answer::Answer;
use crate::cli::AnswerFormat;
use crate::error::{Error, Result};

/// Longest record in bytes. An answer of a megabyte is already a hundred pages; without a bound, a file
/// without line ends would be read into memory whole.
pub(super) const LONGEST_RECORD: u64 = 16 * 1024 * 1024;

/// What files in UTF-16 begin with, as spreadsheets write them for "Unicode text".
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// One record and where it stood.
#[derive(Debug)]
pub struct Record {
    /// The file as the user named it, and the line (of CSV: the row), from 1: `answers.jsonl:7`.
    pub place: String,
    /// The answer, or what is wrong with the record.
    pub answer: Result<Answer, String>,
}

/// What to read, and how.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file; `-` is standard input.
    pub path: PathBuf,
    /// Its format, where the ending does not say it.
    pub format: Option<AnswerFormat>,
    /// The question of records that name none.
    pub question: Option<String>,
}

impl Source {
    fn name(&self) -> String {
        if self.is_stdin() { "standard input".to_owned() } else { self.path.display().to_string() }
    }

    fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    fn open(&self) -> Result<Box<dyn Read>> {
        if self.is_stdin() {
            return Ok(Box::new(io::stdin()));
        }
        let file = File::open(&self.path).map_err(|error| cannot("read", &self.path, &error))?;
        if self.path.is_dir() {
            return Err(Error::misused(format!("{} is a folder", self.name())).hint("name the files in it"));
        }
        Ok(Box::new(file))
    }

    fn is_csv(&self) -> bool {
        let by_ending = || self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        self.format.map_or_else(by_ending, |format| format == AnswerFormat::Csv)
    }

    /// Whether it can be read more than once: a pipe can't, whatever its name is.
    pub fn is_rereadable(&self) -> bool {
        !self.is_stdin() && self.path.is_file()
    }

    /// Fails early when the file can't be read at all. A pipe is not opened, for that would use it up.
    pub fn check(&self) -> Result<()> {
        let is_pipe = self.path.exists() && !self.path.is_file() && !self.path.is_dir();
        if self.is_stdin() || is_pipe { Ok(()) } else { self.open().map(|_| ()) }
    }

    /// Hands each record to `take` until it returns false; blank lines are no records.
    pub fn read(&self, take: &mut dyn FnMut(Record) -> bool) -> Result<()> {
        let mut reader = BufReader::with_capacity(1 << 16, self.open()?);
        let start = reader.fill_buf().map_err(|error| cannot("read", Path::new(&self.name()), &error))?;
        if UTF_16.iter().any(|mark| start.starts_with(mark)) {
            let message = format!("{} is UTF-16", self.name());
            return Err(Error::misused(message).hint("save the file as UTF-8"));
        }
        if self.is_csv() { self.read_csv(reader, take) } else { self.read_jsonl(reader, take) }
    }

    fn read_jsonl(&self, mut reader: impl BufRead, take: &mut dyn FnMut(Record) -> bool) -> Result<()> {
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = read_line(&mut reader, &mut bytes)
                .map_err(|error| cannot("read", Path::new(&self.name()), &error))?;
            let Some(length) = read else { return Ok(()) };
            if number == 1 && bytes.starts_with("\u{feff}".as_bytes()) {
                bytes.drain(..'\u{feff}'.len_utf8());
            }
            let answer = if length > LONGEST_RECORD {
                Err(format!("the line has {length} bytes; at most {LONGEST_RECORD} are read"))
            } else {
                match std::str::from_utf8(&bytes) {
                    Ok(line) if line.trim().is_empty() => continue,
                    Ok(line) => Answer::from_json(line, self.question.as_deref()),
                    Err(error) => Err(format!("not UTF-8 at byte {} of the line", error.valid_up_to() + 1)),
                }
            };
            if !take(Record { place: format!("{}:{number}", self.name()), answer }) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn read_csv(&self, reader: impl Read, take: &mut dyn FnMut(Record) -> bool) -> Result<()> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(WithoutMark::new(reader));
        let columns = self.columns(&mut reader)?;
        let mut row = csv::ByteRecord::new();
        // Counted as a spreadsheet numbers its rows: the header is row 1, and a cell of several lines is one row.
        // Each record waits until it is known not to be the last: only the end of the file shows that a quotation
        // mark was never closed, which makes all that follows it one cell.
        let mut waiting: Option<Record> = None;
        for number in 2.. {
            match reader.read_byte_record(&mut row) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(Error::failed(format!("cannot read {}: {error}", self.name()))),
            }
            let answer = columns.answer(&row, self.question.as_deref());
            let place = format!("{}:{number}", self.name());
            if waiting.replace(Record { place, answer }).is_some_and(|record| !take(record)) {
                return Ok(());
            }
        }
        if let Some(mut last) = waiting {
            if reader.get_ref().is_unclosed() {
                last.answer =
                    Err("a quotation mark is never closed, so the rest of the file is one cell".to_owned());
            }
            take(last);
        }
        Ok(())
    }

    fn columns<R: Read>(&self, reader: &mut csv::Reader<R>) -> Result<Columns> {
        let cannot_read = |error: csv::Error| {
            Error::misused(format!("cannot read the header of {}: {error}", self.name()))
                .hint("save the file as UTF-8")
        };
        let headers = reader.headers().map_err(cannot_read)?.clone();
        let find = |name: &str| headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
        let needed = |name: &str| {
            find(name).ok_or_else(|| {
                let have: Vec<&str> = headers.iter().collect();
                Error::misused(format!(
                    "{} line 1 has no column `{name}`; it has: {}",
                    self.name(),
                    have.join(", ")
                ))
                .hint(match have.as_slice() {
                    [only] if only.contains([';', '\t']) => {
                        "columns are separated by commas; save the file as CSV with commas"
                    }
                    _ => "the columns are id, question, answer and, if you like, candidate",
                })
            })
        };
        for name in ["id", "question", "answer", "candidate"] {
            if headers.iter().filter(|header| header.trim().eq_ignore_ascii_case(name)).count() > 1 {
                let message = format!("{} line 1 has the column `{name}` more than once", self.name());
                return Err(Error::misused(message).hint("rename all but one of them"));
            }
        }
        let question = find("question");
        if question.is_none() && self.question.is_none() {
            needed("question")?;
        }
        let (count, candidate) = (headers.len(), find("candidate"));
        Ok(Columns { count, id: needed("id")?, answer: needed("answer")?, question, candidate })
    }
}

/// Which column of a CSV file holds what.
struct Columns {
    /// How many the header names.
    count: usize,
    id: usize,
    answer: usize,
    question: Option<usize>,
    candidate: Option<usize>,
}

impl Columns {
    fn answer(&self, row: &csv::ByteRecord, default_question: Option<&str>) -> Result<Answer, String> {
        // A comma in an answer without quotation marks cuts it; half an answer must not be graded.
        if row.iter().skip(self.count).any(|cell| !cell.trim_ascii().is_empty()) {
            let (cells, count) = (row.len(), self.count);
            return Err(format!(
                "the row has {cells} columns and the header {count}; an answer with commas needs quotation marks"
            ));
        }
        let field = |column: usize, name: &str| match row.get(column) {
            Some(bytes) => std::str::from_utf8(bytes).map_err(|_| format!("column `{name}` is not UTF-8")),
            None => Err(format!("the row has {} columns and none for `{name}`", row.len())),
        };
        let optional =
            |column: Option<usize>, name: &str| column.map_or(Ok(""), |column| field(column, name));
        Answer::from_columns(
            field(self.id, "id")?,
            optional(self.question, "question")?,
            field(self.answer, "answer")?,
            optional(self.candidate, "candidate")?,
            default_question,
        )
    }
}

/// Reads a line without its end into `bytes`; `None` at the end of the file. Returns the line's full length;
/// of a line beyond [`LONGEST_RECORD`] only that much is kept.
pub(super) fn read_line(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<Option<u64>> {
    let mut length = reader.by_ref().take(LONGEST_RECORD + 1).read_until(b'\n', bytes)? as u64;
    if length == 0 {
        return Ok(None);
    }
    if length > LONGEST_RECORD && bytes.last() != Some(&b'\n') {
        bytes.clear();
        length += skip_line(reader)?;
    }
    while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        bytes.pop();
    }
    Ok(Some(length))
}

/// Skips the rest of a line; returns how much there was.
fn skip_line(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        let at_end = end.is_some() || used == 0;
        reader.consume(used);
        skipped += used as u64;
        if at_end {
            return Ok(skipped);
        }
    }
}

/// A reader without the byte order mark that spreadsheets put before a CSV file.
pub(super) struct WithoutMark<R> {
    reader: R,
    /// Bytes that were read to look for the mark and turned out to be data.
    held: std::collections::VecDeque<u8>,
    looked: bool,
    /// How many quotation marks went through; a sound CSV file has an even number of them.
    quotation_marks: usize,
}

impl<R: Read> WithoutMark<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, held: std::collections::VecDeque::new(), looked: false, quotation_marks: 0 }
    }

    /// Whether a quotation mark was never closed, which makes all that follows it one cell; known at the end.
    pub(super) fn is_unclosed(&self) -> bool {
        self.quotation_marks % 2 == 1
    }

    fn look(&mut self) -> io::Result<()> {
        let mut head = Vec::new();
        self.reader.by_ref().take(3).read_to_end(&mut head)?;
        if head != "\u{feff}".as_bytes() {
            self.held.extend(head);
        }
        self.looked = true;
        Ok(())
    }
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.looked {
            self.look()?;
        }
        let read = if self.held.is_empty() { self.reader.read(buffer) } else { self.held.read(buffer) }?;
        self.quotation_marks += buffer.iter().take(read).filter(|byte| **byte == b'"').count();
        Ok(read)
    }
}
