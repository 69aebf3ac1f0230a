//! A SQLite file of ours: opened private to its owner, brought to the newest form, or refused with the reason.
//!
//! What is in the tables is the business of the modules that open one. A file that is damaged, that a newer
//! version wrote or that is no database is never changed.

use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use rusqlite_migration::{Error as MigrationError, MigrationDefinitionError, Migrations};

use super::private::{make_private_folder, private_options};
use crate::error::{Error, Result};

/// How long one process waits for another that is writing; a write takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the database at `path`, made if it is missing, with the tables that `migrations` describe.
pub(super) fn open(path: &Path, migrations: &Migrations<'_>) -> Result<Connection> {
    create_private(path).map_err(|fault| cannot_open(path, &fault.to_string()))?;
    let mut connection = open_again(path)?;
    // Of two processes that find a new file, one comes second; what it wanted to make is there when it looks again.
    let migrated = migrations.to_latest(&mut connection).or_else(|_| migrations.to_latest(&mut connection));
    migrated.map_err(|fault| match fault {
        MigrationError::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => newer(path),
        MigrationError::RusqliteError { err, .. } => explained(path, &err),
        other => cannot_open(path, &other.to_string()),
    })?;
    Ok(connection)
}

/// Another connection to a database that this process has [opened](open). It touches the file only through SQLite:
/// closing any other handle to the file would drop the locks of this process's first connection.
pub(super) fn open_again(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(|fault| explained(path, &fault))?;
    prepare(&connection).map_err(|fault| explained(path, &fault))?;
    Ok(connection)
}

/// SQLite gives its journals the permissions of the file itself, so the file is made first.
fn create_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_private_folder(folder)?;
    }
    private_options().create(true).truncate(false).open(path).map(drop)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    // A write-ahead log lets others read while one writes. Where the file system has no shared memory, SQLite
    // stays with its rollback journal, which is as safe.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// A fault of SQLite as the user's error: what it means for the file at `path`, and what to do.
pub(super) fn explained(path: &Path, fault: &rusqlite::Error) -> Error {
    let place = path.display();
    match fault.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            Error::failed(format!("{place} is damaged or no database of this program"))
                .hint("it was left as it is; move it away, then run the command again")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::failed(format!("another program keeps {place} locked"))
                .hint("close the other program, then run the command again")
        }
        Some(ErrorCode::DiskFull) => Error::failed(format!("the disk is full: cannot write {place}"))
            .hint("free some space, then run the command again"),
        _ => cannot_open(path, &fault.to_string()),
    }
}

fn newer(path: &Path) -> Error {
    Error::failed(format!("{} was written by a newer version of coach", path.display()))
        .hint("it was left as it is; update coach, or set COACH_HOME to another folder")
}

fn cannot_open(path: &Path, fault: &str) -> Error {
    Error::failed(format!("cannot use {}: {fault}", path.display()))
        .hint("set COACH_HOME to a folder that you can write to")
}

#[cfg(test)]
mod tests {
    use rusqlite_migration::M;

    use super::*;

    fn first() -> Migrations<'static> {
        Migrations::new(vec![M::up("CREATE TABLE words (word TEXT NOT NULL);")])
    }

    fn second() -> Migrations<'static> {
        Migrations::new(vec![
            M::up("CREATE TABLE words (word TEXT NOT NULL);"),
            M::up("ALTER TABLE words ADD COLUMN count INTEGER NOT NULL DEFAULT 1;"),
        ])
    }

    #[test]
    fn a_file_of_an_older_version_is_brought_up_and_one_of_a_newer_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not/yet/words.sqlite");
        open(&path, &first()).unwrap().execute("INSERT INTO words VALUES ('a')", []).unwrap();
        let count = |connection: &Connection| {
            connection.query_row("SELECT sum(count) FROM words", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count(&open(&path, &second()).unwrap()), 1);
        let before = std::fs::read(&path).unwrap();
        let error = open(&path, &first()).unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn what_is_no_database_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.sqlite");
        let text = "not a database, but a diary that somebody would miss".repeat(40);
        std::fs::write(&path, &text).unwrap();
        let error = open(&path, &first()).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_but_its_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home/words.sqlite");
        let connection = open(&path, &first()).unwrap();
        connection.execute("INSERT INTO words VALUES ('a')", []).unwrap();
        for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }
}
