//! CSV files of marked answers: a question, its reference answer, and what people gave the answers to it.

use std::fs::File;
use std::path::Path;

use super::answers::WithoutMark;
use super::cannot;
use crate::error::{Error, Result};
use crate::import::Row;

/// The columns that are read; the first two have to be there.
const COLUMNS: [&str; 7] =
    ["question", "reference", "question_id", "answer_id", "answer", "score", "max_score"];

/// So many wrong rows are named in one error; the others are only counted.
const MOST_NAMED: usize = 10;

/// Reads every row. Other columns are left to other programs; empty cells count as absent.
pub fn rows(path: &Path) -> Result<Vec<Row>> {
    let file = File::open(path).map_err(|error| cannot("read", path, &error))?;
    if path.is_dir() {
        return Err(Error::misused(format!("{} is a folder", path.display())).hint("name the file in it"));
    }
    let cannot_read = |error: csv::Error| {
        Error::misused(format!("cannot read {}: {error}", path.display()))
            .hint("save the file as CSV in UTF-8")
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(WithoutMark::new(file));
    let headers = reader.headers().map_err(cannot_read)?.clone();
    let columns = columns(path, &headers)?;
    let mut rows = Vec::new();
    let mut wrong = Vec::new();
    // Counted as a spreadsheet numbers its rows: the header is row 1.
    for (record, number) in reader.records().zip(2..) {
        let record = record.map_err(cannot_read)?;
        // Spreadsheets leave empty rows behind.
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match row(&record, &columns, number) {
            Ok(row) => rows.push(row),
            Err(message) => wrong.push(format!("row {number}: {message}")),
        }
    }
    if let Some(last) = rows.last().filter(|_| reader.get_ref().is_unclosed()) {
        wrong.push(format!(
            "row {}: a quotation mark is never closed, so the rest of the file is one cell",
            last.number
        ));
    }
    if wrong.is_empty() { Ok(rows) } else { Err(wrong_rows(path, &wrong)) }
}

/// One error for all rows that are wrong.
pub fn wrong_rows(path: &Path, wrong: &[String]) -> Error {
    let mut lines: Vec<String> = wrong.iter().take(MOST_NAMED).cloned().collect();
    if wrong.len() > MOST_NAMED {
        lines.push(format!("and {} more", wrong.len() - MOST_NAMED));
    }
    let noun = if wrong.len() == 1 { "row is" } else { "rows are" };
    let lines = lines.join("\n       ");
    Error::misused(format!("{} {noun} wrong in {}:\n       {lines}", wrong.len(), path.display()))
        .hint("correct them, then run the command again; nothing was written")
}

/// Where each of [`COLUMNS`] is.
fn columns(path: &Path, headers: &csv::StringRecord) -> Result<[Option<usize>; COLUMNS.len()]> {
    let found =
        COLUMNS.map(|name| headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name)));
    if let Some(lacks) = COLUMNS.iter().zip(found).take(2).find(|(_, place)| place.is_none()) {
        let have: Vec<&str> = headers.iter().collect();
        let message =
            format!("{} line 1 has no column `{}`; it has: {}", path.display(), lacks.0, have.join(", "));
        return Err(Error::misused(message).hint(format!("the columns are {}", COLUMNS.join(", "))));
    }
    Ok(found)
}

fn row(
    record: &csv::StringRecord,
    columns: &[Option<usize>; COLUMNS.len()],
    number: usize,
) -> Result<Row, String> {
    let [question, reference, question_id, id, answer, score, max_score] =
        columns.map(|place| record.get(place?).filter(|cell| !cell.trim().is_empty()).map(str::to_owned));
    let amount = |cell: Option<String>, name: &str| {
        let Some(cell) = cell else { return Ok(None) };
        let amount = cell.trim().replace(',', ".").parse::<f64>().ok().filter(|amount| amount.is_finite());
        amount.map(Some).ok_or_else(|| format!("column `{name}` must be a number, not {cell}"))
    };
    Ok(Row {
        number,
        question_id: question_id.map(|id| id.trim().to_owned()),
        question: question.unwrap_or_default(),
        reference: reference.unwrap_or_default(),
        id: id.map(|id| id.trim().to_owned()),
        // A score without an answer is that of an empty one.
        answer: answer.or_else(|| score.as_ref().map(|_| String::new())),
        score: amount(score, "score")?,
        max_score: amount(max_score, "max_score")?,
    })
}
