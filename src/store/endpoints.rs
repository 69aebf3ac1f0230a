//! What was found out about endpoints, in `endpoints.sqlite`: what each takes, and how well its model judges.
//!
//! It only saves requests. What cannot be read is found out again, and nothing that fails here ends a command.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, params};
use rusqlite_migration::{M, Migrations};

use super::database;
use crate::endpoint::{Capabilities, Endpoint};
use crate::error::Result;

/// The file's name in the program's home.
const FILE: &str = "endpoints.sqlite";

/// How long what a server takes is believed. A server may be upgraded any day and then take more; a refused request a
/// week is a low price for noticing. What it no longer takes is noticed at once.
const BELIEVED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What is known of endpoints.
#[derive(Debug)]
pub struct KnownEndpoints(Mutex<Connection>);

/// How a judge did on the answers whose levels are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Levels that it got right.
    pub right: u32,
    /// Answers that it was given.
    pub of: u32,
}

impl KnownEndpoints {
    /// Opens what is known in `home`.
    pub fn open(home: &Path) -> Result<Self> {
        let connection = database::open(&home.join(FILE), &migrations())?;
        Ok(Self(Mutex::new(connection)))
    }

    /// What the server at `base_url` takes for `model`, if that was found out lately.
    pub fn capabilities(&self, base_url: &str, model: &str) -> Option<Capabilities> {
        self.capabilities_at(base_url, model, SystemTime::now())
    }

    fn capabilities_at(&self, base_url: &str, model: &str, now: SystemTime) -> Option<Capabilities> {
        let oldest = seconds_since_1970(now) - BELIEVED_FOR.as_secs().cast_signed();
        let select = "SELECT known FROM capabilities WHERE base_url = ?1 AND model = ?2 AND found >= ?3";
        let found = self.connection(|connection| {
            connection.query_row(select, params![base_url, model, oldest], |row| row.get(0)).optional()
        });
        let known: String = found.ok()??;
        // A later version may have written what this one cannot read.
        serde_json::from_str(&known).ok()
    }

    /// Keeps what the server at `base_url` takes for `model`.
    pub fn keep_capabilities(&self, base_url: &str, model: &str, known: &Capabilities) {
        let Ok(known) = serde_json::to_string(known) else { return };
        let insert =
            "INSERT OR REPLACE INTO capabilities (base_url, model, found, known) VALUES (?1, ?2, ?3, ?4)";
        let now = seconds_since_1970(SystemTime::now());
        // What could not be kept is found out again.
        let _ =
            self.connection(|connection| connection.execute(insert, params![base_url, model, now, known]));
    }

    /// How the judge of that identity did when it was last tried.
    pub fn verdict(&self, identity: &[u8; 32]) -> Option<Verdict> {
        let select = "SELECT levels_right, answers FROM verdicts WHERE identity = ?1";
        let found = self.connection(|connection| {
            connection
                .query_row(select, [identity], |row| Ok(Verdict { right: row.get(0)?, of: row.get(1)? }))
                .optional()
        });
        found.ok()?
    }

    /// Keeps how the judge of that identity did.
    pub fn keep_verdict(&self, identity: &[u8; 32], verdict: Verdict) {
        let insert = "INSERT OR REPLACE INTO verdicts (identity, tried, levels_right, answers) VALUES (?1, ?2, ?3, ?4)";
        let now = seconds_since_1970(SystemTime::now());
        let _ = self.connection(|connection| {
            connection.execute(insert, params![identity, now, verdict.right, verdict.of])
        });
    }

    fn connection<T>(&self, work: impl FnOnce(&Connection) -> T) -> T {
        work(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps, when it is dropped, what was found out about an endpoint since it was made.
#[derive(Debug)]
pub struct Remembering {
    known: Arc<KnownEndpoints>,
    endpoint: Endpoint,
    before: Capabilities,
}

impl Remembering {
    /// Starts from what `endpoint` is known to take now.
    pub fn new(known: Arc<KnownEndpoints>, endpoint: Endpoint) -> Self {
        let before = endpoint.capabilities();
        Self { known, endpoint, before }
    }
}

impl Drop for Remembering {
    fn drop(&mut self) {
        let now = self.endpoint.capabilities();
        if now != self.before {
            self.known.keep_capabilities(&self.endpoint.base_url(), self.endpoint.model(), &now);
        }
    }
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(
        "CREATE TABLE capabilities (
            base_url TEXT NOT NULL,
            model TEXT NOT NULL,
            found INTEGER NOT NULL, -- seconds since 1970
            known TEXT NOT NULL, -- JSON
            PRIMARY KEY (base_url, model)
        ) STRICT;
        CREATE TABLE verdicts (
            identity BLOB NOT NULL PRIMARY KEY,
            tried INTEGER NOT NULL, -- seconds since 1970
            levels_right INTEGER NOT NULL,
            answers INTEGER NOT NULL
        ) STRICT;",
    )])
}

fn seconds_since_1970(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::endpoint::Support;

    use super::*;

    #[test]
    fn what_is_known_is_believed_for_a_while_and_for_its_endpoint_and_model() {
        let home = tempfile::tempdir().unwrap();
        let known = KnownEndpoints::open(home.path()).unwrap();
        let refusing = Capabilities { schema: Support::Refused, ..Capabilities::default() };
        known.keep_capabilities("http://a/v1", "m", &Capabilities::default());
        known.keep_capabilities("http://a/v1", "m", &refusing);
        drop(known);
        let known = KnownEndpoints::open(home.path()).unwrap();
        assert_eq!(known.capabilities("http://a/v1", "m"), Some(refusing));
        assert_eq!(known.capabilities("http://b/v1", "m"), None);
        assert_eq!(known.capabilities("http://a/v1", "n"), None);
        let later = SystemTime::now() + BELIEVED_FOR + Duration::from_secs(2);
        assert_eq!(known.capabilities_at("http://a/v1", "m", later), None);
    }

    #[test]
    fn what_cannot_be_read_is_not_known() {
        let home = tempfile::tempdir().unwrap();
        let known = KnownEndpoints::open(home.path()).unwrap();
        known.keep_capabilities("http://a/v1", "m", &Capabilities::default());
        known
            .connection(|connection| connection.execute("UPDATE capabilities SET known = 'no'", []).unwrap());
        assert_eq!(known.capabilities("http://a/v1", "m"), None);
    }

    #[test]
    fn a_verdict_is_of_one_identity_and_the_last_one_counts() {
        let home = tempfile::tempdir().unwrap();
        let known = KnownEndpoints::open(home.path()).unwrap();
        assert_eq!(known.verdict(&[1; 32]), None);
        known.keep_verdict(&[1; 32], Verdict { right: 3, of: 12 });
        known.keep_verdict(&[1; 32], Verdict { right: 11, of: 12 });
        assert_eq!(known.verdict(&[1; 32]), Some(Verdict { right: 11, of: 12 }));
        assert_eq!(known.verdict(&[2; 32]), None);
    }
}
