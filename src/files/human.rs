//! What agreement is measured on: grades files, and files of human ratings as JSONL or CSV.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::answers::{LONGEST_RECORD, WithoutMark, read_line};
use super::{cannot, grades};
use crate::agreement::{Column, HumanRecord, OurGrades};
use crate::cli::AnswerFormat;
use crate::error::{Error, Result};

/// So many wrong records are named in one error; the others are only counted.
const MOST_NAMED: usize = 5;

/// Reads a grades file, or standard input if the path is `-`, for agreement.
pub fn grades(path: &Path) -> Result<OurGrades> {
    let mut found = OurGrades::default();
    grades::read(path, |record| found.add(record))?;
    Ok(found)
}

/// A file of human ratings.
#[derive(Debug)]
pub struct HumanFile {
    /// The file.
    pub path: PathBuf,
    /// Its format, where the ending does not say it.
    pub format: Option<AnswerFormat>,
    /// The score that stands for 100 points.
    pub max_score: f64,
}

impl HumanFile {
    /// Every record; those that are wrong are named in one error.
    pub fn read(&self) -> Result<Vec<HumanRecord>> {
        let reader = BufReader::with_capacity(1 << 16, open(&self.path)?);
        let records = if self.is_csv() { self.read_csv(reader)? } else { self.read_jsonl(reader)? };
        let mut read = Vec::with_capacity(records.len());
        let mut wrong = Vec::new();
        for (number, record) in records {
            match record {
                Ok(record) => read.push(record),
                Err(message) => wrong.push(format!("{}:{number}: {message}", self.path.display())),
            }
        }
        if wrong.is_empty() { Ok(read) } else { Err(self.wrong_records(&wrong)) }
    }

    fn is_csv(&self) -> bool {
        let by_ending = || self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        self.format.map_or_else(by_ending, |format| format == AnswerFormat::Csv)
    }

    fn wrong_records(&self, wrong: &[String]) -> Error {
        let named = wrong.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("\n       ");
        let more = wrong.len().saturating_sub(MOST_NAMED);
        let more = if more > 0 { format!("\n       and {more} more") } else { String::new() };
        let hint = match self.max_score {
            100.0 => "scores go from 0 to 100; where 100 is not the highest, name it with --max-score",
            _ => "correct these records, then run the command again",
        };
        Error::misused(format!("{named}{more}")).hint(hint)
    }

    fn read_jsonl(&self, mut reader: impl BufRead) -> Result<Vec<(usize, Result<HumanRecord, String>)>> {
        let mut records = Vec::new();
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = read_line(&mut reader, &mut bytes);
            let Some(length) = read.map_err(|error| cannot("read", &self.path, &error))? else { break };
            let line = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
            let record = match std::str::from_utf8(line) {
                _ if length > LONGEST_RECORD => Err(format!("the line has {length} bytes, too many")),
                Ok(line) if line.trim().is_empty() => continue,
                Ok(line) => HumanRecord::from_json(line, self.max_score),
                Err(error) => Err(format!("not UTF-8 at byte {} of the line", error.valid_up_to() + 1)),
            };
            records.push((number, record));
        }
        Ok(records)
    }

    /// Rows are counted as a spreadsheet numbers them: the header is row 1.
    fn read_csv(&self, reader: impl Read) -> Result<Vec<(usize, Result<HumanRecord, String>)>> {
        let cannot_read = |error: csv::Error| {
            Error::misused(format!("cannot read {}: {error}", self.path.display()))
                .hint("save the file as CSV in UTF-8")
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(WithoutMark::new(reader));
        let headers = reader.headers().map_err(cannot_read)?.clone();
        let columns = Column::of_header(&headers.iter().collect::<Vec<_>>());
        self.check(&columns, &headers)?;
        let mut records = Vec::new();
        for (row, number) in reader.records().zip(2..) {
            let row = row.map_err(cannot_read)?;
            let known = columns.iter().zip(&row);
            let cells: Vec<(&Column, &str)> =
                known.filter_map(|(column, cell)| Some((column.as_ref()?, cell))).collect();
            // Spreadsheets leave empty rows behind.
            if row.iter().any(|cell| !cell.trim().is_empty()) {
                records.push((number, HumanRecord::from_cells(&cells, self.max_score)));
            }
        }
        if let Some((_, last)) = records.last_mut().filter(|_| reader.get_ref().is_unclosed()) {
            *last = Err("a quotation mark is never closed, so the rest of the file is one cell".to_owned());
        }
        Ok(records)
    }

    fn check(&self, columns: &[Option<Column>], headers: &csv::StringRecord) -> Result<()> {
        let known = |column: &Column| columns.iter().flatten().any(|known| known == column);
        let has_ratings = columns.iter().flatten().any(|column| *column != Column::Id);
        if known(&Column::Id) && has_ratings {
            return Ok(());
        }
        let lacks = if has_ratings { "column `id`" } else { "column of human ratings" };
        let have: Vec<&str> = headers.iter().collect();
        let message = format!("{} line 1 has no {lacks}; it has: {}", self.path.display(), have.join(", "));
        Err(Error::misused(message).hint("the columns are id and one of score, level:CRITERION or mistakes"))
    }
}

pub(super) fn open(path: &Path) -> Result<Box<dyn Read>> {
    let file = File::open(path).map_err(|error| cannot("read", path, &error))?;
    if path.is_dir() {
        return Err(Error::misused(format!("{} is a folder", path.display())).hint("name the file in it"));
    }
    Ok(Box::new(file))
}
