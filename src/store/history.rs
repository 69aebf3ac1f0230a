//! The history: every attempt, in one SQLite file.
//!
//! Each attempt is kept as the line that it is exported as, so that nothing is lost between export and import. What
//! lists, schedules and progress need stands in a narrow table of its own, so that years of attempts are read in
//! milliseconds.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use rusqlite_migration::{M, Migrations};

use super::database;
use crate::attempt::{Attempt, AttemptId, Marks, Moment, Outline};
use crate::bank::QuestionId;
use crate::error::{Error, Result};

/// The file's name in the program's home.
const FILE: &str = "history.sqlite";

/// "If not exists", because two terminals may make the same new file.
const FIRST: &str = "
    CREATE TABLE IF NOT EXISTS attempts (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL,      -- milliseconds since 1970, UTC
        day TEXT NOT NULL,        -- the local day
        question TEXT NOT NULL,
        seconds INTEGER NOT NULL,
        is_asked INTEGER NOT NULL,
        marks TEXT                -- JSON; NULL where there is no grade
    );
    CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (at);
    CREATE INDEX IF NOT EXISTS attempts_by_question ON attempts (question, at);
    CREATE TABLE IF NOT EXISTS lines (
        attempt TEXT PRIMARY KEY REFERENCES attempts (id) ON DELETE CASCADE,
        line TEXT NOT NULL        -- the attempt as JSON
    );";

/// Order of all lists: oldest first; the id decides between attempts of the same millisecond.
const OUTLINES: &str = "SELECT id, at, day, question, seconds, is_asked, marks FROM attempts ORDER BY at, id";

/// All attempts.
#[derive(Debug)]
pub struct History {
    connection: Connection,
    path: PathBuf,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Attempts that are new.
    pub added: usize,
    /// Attempts that were there already, and were left as they are.
    pub known: usize,
}

impl History {
    /// Opens the history in `home`, made if it is missing. A file that is damaged or that a newer version wrote is an
    /// error and stays as it is.
    pub fn open(home: &Path) -> Result<Self> {
        let path = home.join(FILE);
        let connection = database::open(&path, &Migrations::new(vec![M::up(FIRST)]))?;
        Ok(Self { connection, path })
    }

    /// Keeps an attempt; one of the same id is replaced.
    pub fn record(&mut self, attempt: &Attempt) -> Result<()> {
        self.in_transaction(|transaction| insert(transaction, attempt))
    }

    /// Adds the attempts that are not there yet, all of them or, on a fault, none. An attempt without a grade gives
    /// way to the same one with a grade.
    pub fn import(&mut self, attempts: &[Attempt]) -> Result<Imported> {
        self.in_transaction(|transaction| {
            let mut imported = Imported::default();
            let mut known = transaction.prepare("SELECT marks IS NOT NULL FROM attempts WHERE id = ?1")?;
            for attempt in attempts {
                let is_graded: Option<bool> =
                    known.query_row([attempt.id.as_str()], |row| row.get(0)).optional()?;
                let is_better = is_graded == Some(false) && Marks::of(&attempt.status).is_some();
                if is_graded.is_none() || is_better {
                    insert(transaction, attempt)?;
                    imported.added += 1;
                } else {
                    imported.known += 1;
                }
            }
            Ok(imported)
        })
    }

    /// Every attempt without its texts, oldest first.
    pub fn outlines(&self) -> Result<Vec<Outline>> {
        let read = || {
            let mut statement = self.connection.prepare(OUTLINES)?;
            let rows = statement.query_map([], outline)?;
            rows.collect::<rusqlite::Result<Vec<Outline>>>()
        };
        read().map_err(|fault| self.explained(&fault))
    }

    /// Hands each attempt to `take`, oldest first, until that fails.
    pub fn each(&self, take: &mut dyn FnMut(Attempt) -> Result<()>) -> Result<()> {
        self.each_line(&mut |line| take(self.parsed(line)?))
    }

    /// Hands each attempt's line of JSON to `take`, oldest first, until that fails.
    pub fn each_line(&self, take: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let explained = |fault: rusqlite::Error| self.explained(&fault);
        let query = "SELECT line FROM lines JOIN attempts ON attempt = id ORDER BY at, id";
        let mut statement = self.connection.prepare(query).map_err(explained)?;
        let mut rows = statement.query([]).map_err(explained)?;
        while let Some(row) = rows.next().map_err(explained)? {
            take(&row.get::<_, String>(0).map_err(explained)?)?;
        }
        Ok(())
    }

    /// The attempt of that id.
    pub fn attempt(&self, id: &AttemptId) -> Result<Option<Attempt>> {
        let line: Option<String> = self
            .connection
            .query_row("SELECT line FROM lines WHERE attempt = ?1", [id.as_str()], |row| row.get(0))
            .optional()
            .map_err(|fault| self.explained(&fault))?;
        line.map(|line| self.parsed(&line)).transpose()
    }

    /// The ids that begin so, at most `most` of them, newest first.
    pub fn ids_beginning(&self, beginning: &str, most: usize) -> Result<Vec<AttemptId>> {
        let read = || {
            let query =
                "SELECT id FROM attempts WHERE substr(id, 1, length(?1)) = ?1 ORDER BY at DESC, id LIMIT ?2";
            let mut statement = self.connection.prepare(query)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![beginning, most], |row| row.get::<_, String>(0))?;
            rows.map(|id| id.map(AttemptId::from)).collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|fault| self.explained(&fault))
    }

    /// Whether the newest attempts at a question have this answer with a grade.
    pub fn has_graded(&self, question: &QuestionId, answer: &str) -> Result<bool> {
        let query =
            "SELECT 1 FROM attempts JOIN lines ON attempt = id WHERE question = ?1 AND marks IS NOT NULL
                     AND json_extract(line, '$.answer') = ?2 LIMIT 1";
        let found = self.connection.query_row(query, [question.as_str(), answer], |_| Ok(())).optional();
        found.map(|found| found.is_some()).map_err(|fault| self.explained(&fault))
    }

    /// Deletes attempts, and gives how many there were. What is deleted is overwritten in the file.
    pub fn delete(&mut self, ids: &[AttemptId]) -> Result<usize> {
        self.connection.pragma_update(None, "secure_delete", true).map_err(|fault| self.explained(&fault))?;
        self.in_transaction(|transaction| {
            let mut statement = transaction.prepare("DELETE FROM attempts WHERE id = ?1")?;
            ids.iter().try_fold(0, |deleted, id| Ok(deleted + statement.execute([id.as_str()])?))
        })
    }

    fn in_transaction<T>(&mut self, act: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
        let path = &self.path;
        // Begun as a writer, so that it waits for another terminal at its beginning and not halfway.
        let behaviour = rusqlite::TransactionBehavior::Immediate;
        let done = self.connection.transaction_with_behavior(behaviour).and_then(|transaction| {
            let done = act(&transaction)?;
            transaction.commit()?;
            Ok(done)
        });
        done.map_err(|fault| database::explained(path, &fault))
    }

    fn parsed(&self, line: &str) -> Result<Attempt> {
        Attempt::from_json(line).map_err(|wrong| {
            Error::failed(format!("{} holds an attempt that can't be read: {wrong}", self.path.display()))
                .hint("update coach if a newer version wrote it")
        })
    }

    fn explained(&self, fault: &rusqlite::Error) -> Error {
        database::explained(&self.path, fault)
    }
}

fn insert(transaction: &Transaction<'_>, attempt: &Attempt) -> rusqlite::Result<()> {
    let Outline { id, question, moment, seconds, is_asked, marks } = attempt.outline();
    // Plain data always serialises.
    let marks = marks.map(|marks| serde_json::to_string(&marks).unwrap_or_default());
    let (at, day) = (moment.at.as_millisecond(), moment.day.to_string());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let mut row = transaction.prepare(
        "INSERT INTO attempts (id, at, day, question, seconds, is_asked, marks) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET at = ?2, day = ?3, question = ?4, seconds = ?5, is_asked = ?6, marks = ?7",
    )?;
    row.execute(params![id.as_str(), at, day, question.as_str(), seconds, is_asked, marks])?;
    let mut line = transaction.prepare(
        "INSERT INTO lines (attempt, line) VALUES (?1, ?2) ON CONFLICT (attempt) DO UPDATE SET line = ?2",
    )?;
    line.execute([id.as_str(), &attempt.to_json()])?;
    Ok(())
}

fn outline(row: &Row<'_>) -> rusqlite::Result<Outline> {
    let marks: Option<String> = row.get(6)?;
    Ok(Outline {
        id: row.get::<_, String>(0)?.into(),
        moment: moment(row)?,
        question: row.get::<_, String>(3)?.into(),
        seconds: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
        is_asked: row.get(5)?,
        marks: marks
            .map(|marks| serde_json::from_str(&marks))
            .transpose()
            .map_err(|fault| unread(6, fault))?,
    })
}

fn moment(row: &Row<'_>) -> rusqlite::Result<Moment> {
    let at = jiff::Timestamp::from_millisecond(row.get(1)?).map_err(|fault| unread(1, fault))?;
    let day = row.get::<_, String>(2)?.parse().map_err(|fault: jiff::Error| unread(2, fault))?;
    Ok(Moment { at, day })
}

/// A column that holds something else than we put there.
fn unread(column: usize, fault: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(fault))
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
