//! Rows as the text of a CSV file.

use crate::error::{Error, Result};

/// A header and rows as CSV, lines ended as RFC 4180 wants them.
pub fn csv_text(header: &[String], rows: &[Vec<String>]) -> Result<String> {
    let failed = |error: String| Error::failed(format!("cannot write CSV: {error}"));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in std::iter::once(header).chain(rows.iter().map(Vec::as_slice)) {
        writer.write_record(row).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}
