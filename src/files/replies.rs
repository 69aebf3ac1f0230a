//! Files of replies to named requests, in any order, looked up by name: only the places of the lines are in memory.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::PathBuf;

use serde_json::Value;

use super::cannot;
use crate::error::Result;

/// Replies by the names of their requests: 40 bytes a line in memory.
#[derive(Debug, Default)]
pub struct Replies {
    files: Vec<(PathBuf, File)>,
    /// In the order of the names, and under one name in the order of the files.
    places: Vec<Place>,
    /// Lines that are no JSON object with a `custom_id`.
    pub unreadable: u64,
    /// Lines whose `custom_id` names no request of ours.
    pub foreign: u64,
    /// Lines under a name that came before.
    pub repeated: u64,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    name: u128,
    start: u64,
    length: u32,
    file: u32,
}

#[derive(serde::Deserialize)]
struct Head<'l> {
    #[serde(borrow)]
    custom_id: Cow<'l, str>,
}

impl Replies {
    /// Reads which requests the files answer.
    pub fn read(paths: Vec<PathBuf>) -> Result<Self> {
        let mut replies = Self::default();
        for path in paths {
            let file = File::open(&path).map_err(|error| cannot("read", &path, &error))?;
            replies.files.push((path, file));
            replies.read_last()?;
        }
        replies.places.sort_by_key(|place| place.name);
        let names = replies.places.chunk_by(|one, next| one.name == next.name);
        replies.repeated = names.map(|lines| lines.len() as u64 - 1).sum();
        Ok(replies)
    }

    /// How many requests are answered.
    pub fn answered(&self) -> u64 {
        self.places.len() as u64 - self.repeated
    }

    /// Whether there is any reply to a request.
    pub fn has(&self, name: u128) -> bool {
        self.places.binary_search_by_key(&name, |place| place.name).is_ok()
    }

    /// All replies to a request, in the order of the files.
    pub fn to(&mut self, name: u128) -> Result<Vec<Value>> {
        let first = self.places.partition_point(|place| place.name < name);
        let places = self.places[first..].iter().take_while(|place| place.name == name);
        let mut replies = Vec::new();
        for place in places {
            let (path, file) = &mut self.files[place.file as usize];
            let mut bytes = vec![0; place.length as usize];
            let read = file.seek(SeekFrom::Start(place.start)).and_then(|_| file.read_exact(&mut bytes));
            read.map_err(|error| cannot("read", path, &error))?;
            replies.extend(serde_json::from_slice(&bytes));
        }
        Ok(replies)
    }

    fn read_last(&mut self) -> Result<()> {
        let Some((path, file)) = self.files.last() else { return Ok(()) };
        let number = self.files.len() as u32 - 1;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut line = Vec::new();
        let mut start = 0;
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(|error| cannot("read", path, &error))?;
            if length == 0 {
                return Ok(());
            }
            if !line.trim_ascii().is_empty() {
                let length = u32::try_from(length).ok();
                match (serde_json::from_slice::<Head<'_>>(&line), length) {
                    (Ok(head), Some(length)) => match request_number(&head.custom_id) {
                        Some(name) => self.places.push(Place { name, start, length, file: number }),
                        None => self.foreign += 1,
                    },
                    (Err(_), _) | (_, None) => self.unreadable += 1,
                }
            }
            start += length as u64;
        }
    }
}

/// A request's name as a number; `None` for what is none of ours.
pub fn request_number(name: &str) -> Option<u128> {
    const DIGITS: usize = 32;
    let is_ours = name.len() == DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_ours.then(|| u128::from_str_radix(name, 16).ok())?
}
