//! A file of attempts, as the history is exported: one JSON object a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::answers::{LONGEST_RECORD, read_line};
use super::cannot;
use crate::attempt::Attempt;
use crate::error::{Error, Result};

/// So many wrong lines are named in one error; the others are only counted.
const MOST_NAMED: usize = 5;

/// Reads every attempt of a file, or of standard input if the path is `-`. If a line is wrong, all wrong lines are
/// named in one error.
pub fn attempts(path: &Path) -> Result<Vec<Attempt>> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let reader: Box<dyn Read> = if is_stdin {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| cannot("read", path, &error))?)
    };
    let (read, wrong) = lines(BufReader::with_capacity(1 << 16, reader))
        .map_err(|error| cannot("read", Path::new(&name), &error))?;
    if wrong.is_empty() { Ok(read) } else { Err(wrong_lines(&name, &wrong)) }
}

type Wrong = (usize, String);

fn lines(mut reader: impl BufRead) -> io::Result<(Vec<Attempt>, Vec<Wrong>)> {
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let Some(length) = read_line(&mut reader, &mut bytes)? else { break };
        let line = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let attempt = match std::str::from_utf8(line) {
            _ if length > LONGEST_RECORD => Err(format!("the line has {length} bytes, too many")),
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => Attempt::from_json(line),
            Err(error) => Err(format!("not UTF-8 at byte {} of the line", error.valid_up_to() + 1)),
        };
        match attempt {
            Ok(attempt) => read.push(attempt),
            Err(message) => wrong.push((number, message)),
        }
    }
    Ok((read, wrong))
}

fn wrong_lines(name: &str, wrong: &[Wrong]) -> Error {
    let named = wrong.iter().take(MOST_NAMED).map(|(number, message)| format!("{name}:{number}: {message}"));
    let named = named.collect::<Vec<_>>().join("\n       ");
    let more = wrong.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!("\n       and {more} more") } else { String::new() };
    Error::misused(format!("{named}{more}"))
        .hint("nothing was imported; name a file that `coach history export` wrote")
}
