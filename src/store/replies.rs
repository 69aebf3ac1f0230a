//! The reply cache: what endpoints replied, in `replies.sqlite`, bounded in bytes; what was not used for longest
//! goes first.
//!
//! It is only a cache. Writing is done on a thread of its own and never waited for; whatever goes wrong turns the
//! cache off and leaves grading alone; what it was is told at the end. Several processes may share it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::database;
use crate::endpoint::replies::{KeptReply, Replies, ReplyId};
use crate::error::{Error, Result};

/// The file's name in the program's home.
const FILE: &str = "replies.sqlite";

/// Notes that may wait to be written. Where the disk falls further behind, replies are not kept.
const MOST_WAITING: usize = 4096;

/// How long notes are gathered before they are written together; what a crash loses is asked for again. Identities are
/// scattered over all pages of their index, so the more are written together, the fewer pages are written for each.
/// Meanwhile the writing thread sleeps: waking it for each note would cost those who judge more than the note.
const GATHERED_FOR: Duration = Duration::from_millis(100);

/// Pages of the write-ahead log (16 MB) before they are put in their places, each once.
const LOG_PAGES: u32 = 4096;

/// Replies that are dropped together before the size is looked at again.
const DROPPED_TOGETHER: u32 = 64;

/// How long the end of the program waits for what is not yet written.
const PATIENCE: Duration = Duration::from_secs(5);

/// The replies kept from run to run.
#[derive(Debug)]
pub struct KeptReplies {
    reader: Mutex<Connection>,
    notes: SyncSender<Note>,
    writer: Thread,
    health: Arc<Health>,
}

/// Whether the cache still works. After the first fault nothing is looked up or kept.
#[derive(Debug)]
struct Health {
    path: PathBuf,
    fault: OnceLock<Error>,
}

impl Health {
    fn is_bad(&self) -> bool {
        self.fault.get().is_some()
    }

    fn note(&self, fault: &rusqlite::Error) {
        // The first fault says most; what follows follows from it.
        let _ = self.fault.set(database::explained(&self.path, fault));
    }
}

/// What the writing thread is told.
enum Note {
    Keep(ReplyId, KeptReply),
    Used(ReplyId),
    /// Say so when all that came before is written.
    Settle(SyncSender<()>),
}

/// Waits, when it is dropped, until all that was to be kept is on disk.
#[derive(Debug)]
pub struct Settling(Arc<KeptReplies>);

impl KeptReplies {
    /// Opens the cache in `home`; it takes up to `most_bytes` of the disk.
    pub fn open(home: &Path, most_bytes: u64) -> Result<Arc<Self>> {
        let path = home.join(FILE);
        let reader = database::open(&path, &migrations())?;
        // Damage shows when a page is read; the whole file is not looked through.
        reader
            .query_row("SELECT count(*) FROM (SELECT id FROM replies LIMIT 1)", [], |_| Ok(()))
            .map_err(|fault| database::explained(&path, &fault))?;
        let mut writer = database::open_again(&path)?;
        writer
            .pragma_update(None, "wal_autocheckpoint", LOG_PAGES)
            .map_err(|fault| database::explained(&path, &fault))?;
        let (notes, told) = mpsc::sync_channel(MOST_WAITING);
        let health = Arc::new(Health { path, fault: OnceLock::new() });
        let seen = Arc::clone(&health);
        let started = thread::Builder::new()
            .name("replies".to_owned())
            .spawn(move || write_all(&mut writer, &told, most_bytes, &seen))
            .map_err(|fault| Error::failed(format!("cannot start a thread: {fault}")))?;
        Ok(Arc::new(Self { reader: Mutex::new(reader), notes, writer: started.thread().clone(), health }))
    }

    /// Something to hold until the end of the command.
    pub fn settling(self: &Arc<Self>) -> Settling {
        Settling(Arc::clone(self))
    }

    fn read(&self, id: &ReplyId) -> rusqlite::Result<Option<KeptReply>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut select = reader.prepare_cached("SELECT text, reasoning FROM replies WHERE id = ?1")?;
        select
            .query_row([id.bytes()], |row| Ok(KeptReply { text: row.get(0)?, reasoning: row.get(1)? }))
            .optional()
    }
}

impl Replies for KeptReplies {
    fn find(&self, id: &ReplyId) -> Option<KeptReply> {
        if self.health.is_bad() {
            return None;
        }
        match self.read(id) {
            Ok(found) => {
                if found.is_some() {
                    // That it was used matters only for what is dropped first.
                    let _ = self.notes.try_send(Note::Used(*id));
                }
                found
            }
            Err(fault) => {
                self.health.note(&fault);
                None
            }
        }
    }

    fn keep(&self, id: ReplyId, reply: KeptReply) {
        if !self.health.is_bad() {
            // A full queue means that the disk is slow. Judging does not wait for a cache.
            let _ = self.notes.try_send(Note::Keep(id, reply));
        }
    }
}

impl Settling {
    /// Waits until all is on disk; the fault that stopped the cache on the way, if one did.
    pub fn finish(&self) -> Option<&Error> {
        let (say, said) = mpsc::sync_channel(1);
        if self.0.notes.send(Note::Settle(say)).is_ok() {
            self.0.writer.unpark();
            let _ = said.recv_timeout(PATIENCE);
        }
        self.0.health.fault.get()
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        self.finish();
    }
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(
        "CREATE TABLE replies (
            id BLOB NOT NULL UNIQUE,
            used INTEGER NOT NULL, -- microseconds since 1970
            text TEXT NOT NULL,
            reasoning INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX replies_by_use ON replies (used);",
    )])
}

/// Writes notes until nobody is left to send any. After a fault they are read and forgotten.
fn write_all(writer: &mut Connection, notes: &Receiver<Note>, most_bytes: u64, health: &Health) {
    while let Ok(first) = notes.recv() {
        let batch = gathered(first, notes);
        if !health.is_bad()
            && let Err(fault) = write(writer, &batch, most_bytes)
        {
            health.note(&fault);
        }
        for note in batch {
            if let Note::Settle(say) = note {
                let _ = say.send(());
            }
        }
    }
}

/// A note and those that follow shortly. Who waits for them to be written [wakes](Settling) this thread.
fn gathered(first: Note, notes: &Receiver<Note>) -> Vec<Note> {
    if !matches!(first, Note::Settle(_)) {
        thread::park_timeout(GATHERED_FOR);
    }
    std::iter::once(first).chain(notes.try_iter().take(MOST_WAITING)).collect()
}

fn write(writer: &mut Connection, notes: &[Note], most_bytes: u64) -> rusqlite::Result<()> {
    // Begun as a writer: a reader that turns into one may meet another that has just done so, and fail.
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let now = microseconds_since_1970();
    for note in notes {
        match note {
            Note::Keep(id, reply) => {
                transaction
                    .prepare_cached(
                        "INSERT INTO replies (id, used, text, reasoning) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (id) DO UPDATE SET used = excluded.used, text = excluded.text",
                    )?
                    .execute(params![id.bytes(), now, reply.text, reply.reasoning])?;
            }
            Note::Used(id) => {
                transaction
                    .prepare_cached("UPDATE replies SET used = ?2 WHERE id = ?1")?
                    .execute(params![id.bytes(), now])?;
            }
            Note::Settle(_) => {}
        }
    }
    drop_the_oldest(&transaction, most_bytes)?;
    transaction.commit()
}

/// Pages that rows have left are used again, so the file grows to about `most_bytes` and stays there.
fn drop_the_oldest(transaction: &Transaction<'_>, most_bytes: u64) -> rusqlite::Result<()> {
    while bytes_in_use(transaction)? > most_bytes {
        let dropped = transaction
            .prepare_cached(
                "DELETE FROM replies WHERE rowid IN (SELECT rowid FROM replies ORDER BY used, rowid LIMIT ?1)",
            )?
            .execute([DROPPED_TOGETHER])?;
        if dropped == 0 {
            return Ok(());
        }
    }
    Ok(())
}

fn bytes_in_use(transaction: &Transaction<'_>) -> rusqlite::Result<u64> {
    let number = |pragma| transaction.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let used = number("page_count")?.saturating_sub(number("freelist_count")?);
    Ok(used.saturating_mul(number("page_size")?).unsigned_abs())
}

fn microseconds_since_1970() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMY: u64 = 1 << 30;

    fn id(number: usize) -> ReplyId {
        ReplyId::of("http://localhost/v1", "m", number.to_string().as_bytes(), 0)
    }

    fn reply(text: &str) -> KeptReply {
        KeptReply { text: text.to_owned(), reasoning: false }
    }

    fn settle(replies: &Arc<KeptReplies>) {
        drop(replies.settling());
    }

    #[test]
    fn what_is_kept_is_there_for_the_next_run_and_for_others_at_once() {
        let home = tempfile::tempdir().unwrap();
        let (one, other) =
            (KeptReplies::open(home.path(), ROOMY).unwrap(), KeptReplies::open(home.path(), ROOMY).unwrap());
        for number in 0..1_000 {
            [&one, &other][number % 2].keep(id(number), reply(&number.to_string()));
        }
        settle(&one);
        settle(&other);
        for number in 0..1_000 {
            assert_eq!(one.find(&id(number)), Some(reply(&number.to_string())));
        }
        drop((one, other));
        let next = KeptReplies::open(home.path(), ROOMY).unwrap();
        assert_eq!(next.find(&id(7)), Some(reply("7")));
        assert_eq!(next.find(&id(1_000)), None);
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let home = tempfile::tempdir().unwrap();
        let most = 400_000;
        let replies = KeptReplies::open(home.path(), most).unwrap();
        let text = "x".repeat(3_000);
        for number in 0..500 {
            replies.keep(id(number), reply(&text));
            if number % 20 == 0 {
                settle(&replies);
                // Used again and again, so it stays; what was written in the same batch may go.
                assert!(replies.find(&id(0)).is_some(), "after {number}");
                settle(&replies);
            }
        }
        settle(&replies);
        assert!(replies.find(&id(0)).is_some() && replies.find(&id(499)).is_some());
        assert!(replies.find(&id(1)).is_none());
        let size = std::fs::metadata(home.path().join(FILE)).unwrap().len();
        assert!(size < most * 3 / 2, "{size}");
    }

    #[test]
    fn damage_found_while_grading_turns_it_off_and_nothing_more() {
        let home = tempfile::tempdir().unwrap();
        let replies = KeptReplies::open(home.path(), ROOMY).unwrap();
        replies.keep(id(1), reply("one"));
        settle(&replies);
        replies.reader.lock().unwrap().execute_batch("DROP TABLE replies").unwrap();
        assert_eq!(replies.find(&id(1)), None);
        replies.keep(id(2), reply("two"));
        let settling = replies.settling();
        let fault = settling.finish().expect("a fault");
        assert!(fault.to_string().contains("replies.sqlite: no such table"), "{fault}");
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let text = "no database".repeat(1_000);
        std::fs::write(home.path().join(FILE), &text).unwrap();
        let error = KeptReplies::open(home.path(), ROOMY).unwrap_err();
        assert!(error.to_string().contains("replies.sqlite is damaged"), "{error}");
        assert_eq!(std::fs::read_to_string(home.path().join(FILE)).unwrap(), text);
    }
}
