//! Drafts: answers that are being written, kept so that none is lost.
//!
//! A draft is a plain text file that is replaced as a whole, so that a crash leaves the old text or the new one. A
//! lock beside it says that a session is still writing; the system drops it when the session ends, however it
//! ends. A draft without a locked lock was left behind, and the first session to lock it may go on with it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::private::{make_private_folder, private_options};
use crate::bank::QuestionId;
use crate::error::{Error, Result};

/// The folder of drafts in the program's home.
const FOLDER: &str = "drafts";

/// In front of each file, so that no question's id makes a name that Windows reserves, such as `con`.
const PREFIX: &str = "draft-";
const TEXT: &str = "txt";
const LOCK: &str = "lock";

/// Random letters of a file name. Names are never used twice, so a lock that outlives its draft means nothing.
const RANDOM_LETTERS: usize = 8;

/// Longest id that is a file name as it is; file systems take 255 bytes, endings included.
const LONGEST_NAME: usize = 160;

/// All drafts of one home folder.
#[derive(Debug, Clone)]
pub struct Drafts {
    folder: PathBuf,
}

/// One draft, locked for this session.
#[derive(Debug)]
pub struct Draft {
    folder: PathBuf,
    name: String,
    text: String,
    kept: Option<Kept>,
}

/// Where a draft is on disk. Dropping it unlocks the draft.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    _lock: File,
}

impl Drafts {
    /// The drafts in `home`; makes the folder, private to its owner.
    pub fn open(home: &Path) -> Result<Self> {
        let folder = home.join(FOLDER);
        make_private_folder(&folder).map_err(|fault| cannot_keep(&folder, &fault))?;
        Ok(Self { folder })
    }

    /// A new draft. Nothing is on disk before its first words are.
    pub fn start(&self, question: &QuestionId) -> Draft {
        Draft { folder: self.folder.clone(), name: name_of(question), text: String::new(), kept: None }
    }

    /// The newest draft of the question that a session left behind.
    pub fn find(&self, question: &QuestionId) -> Result<Option<Draft>> {
        Ok(self.latest([question])?.map(|(_, draft)| draft))
    }

    /// The newest draft of any of these questions that a session left behind.
    pub fn latest<'a>(
        &self,
        questions: impl IntoIterator<Item = &'a QuestionId>,
    ) -> Result<Option<(&'a QuestionId, Draft)>> {
        let questions: Vec<(String, &QuestionId)> =
            questions.into_iter().map(|question| (name_of(question), question)).collect();
        for path in self.texts_newest_first()? {
            let name = file_stem_name(&path);
            let Some((name, question)) = questions.iter().find(|(known, _)| Some(known.as_str()) == name)
            else {
                continue;
            };
            if let Some(draft) = self.take_over(name, path) {
                return Ok(Some((question, draft)));
            }
        }
        Ok(None)
    }

    fn texts_newest_first(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.folder).map_err(|fault| cannot_keep(&self.folder, &fault))?;
        let mut texts: Vec<(SystemTime, PathBuf)> = entries
            .filter_map(io::Result::ok)
            .filter(|entry| entry.path().extension().is_some_and(|ending| ending == TEXT))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        texts.sort_unstable_by(|a, b| b.cmp(a));
        Ok(texts.into_iter().map(|(_, path)| path).collect())
    }

    /// Takes over a draft unless a session is still writing it, it has just gone, or there is nothing in it.
    fn take_over(&self, name: &str, path: PathBuf) -> Option<Draft> {
        let lock = private_options().create(true).truncate(false).open(path.with_extension(LOCK)).ok()?;
        if matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)) {
            return None;
        }
        let text = fs::read_to_string(&path).ok()?;
        if text.trim().is_empty() {
            return None;
        }
        let kept = Some(Kept { path, _lock: lock });
        Some(Draft { folder: self.folder.clone(), name: name.to_owned(), text, kept })
    }
}

impl Draft {
    /// What has been written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts `text` in the place of what was there; returns once it is on disk.
    pub fn replace(&mut self, text: &str) -> Result<()> {
        if text == self.text && self.kept.is_some() {
            return Ok(());
        }
        let path = self.path()?.to_owned();
        write_whole(&self.folder, &path, text).map_err(|fault| cannot_keep(&path, &fault))?;
        text.clone_into(&mut self.text);
        Ok(())
    }

    /// Adds a line at the end.
    pub fn append_line(&mut self, line: &str) -> Result<()> {
        let text = if self.text.is_empty() { line.to_owned() } else { format!("{}\n{line}", self.text) };
        self.replace(&text)
    }

    /// Where the file is, or will be once something is written, for an editor to open.
    pub fn path(&mut self) -> Result<&Path> {
        let kept = match self.kept.take() {
            Some(kept) => kept,
            None => claim(&self.folder, &self.name).map_err(|fault| cannot_keep(&self.folder, &fault))?,
        };
        Ok(&self.kept.insert(kept).path)
    }

    /// Reads the file again, after an editor was at it. Who left the editor without saving has written nothing.
    pub fn reread(&mut self) -> Result<()> {
        let path = self.path()?.to_owned();
        let bytes = match fs::read(&path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => read.map_err(|fault| cannot_keep(&path, &fault))?,
        };
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::misused(format!("{} is not UTF-8", path.display()))
                .hint("save it as UTF-8 in your editor; the file is kept")
        })?;
        // Some editors put a byte order mark in front and carriage returns behind each line.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
        text.trim_end().clone_into(&mut self.text);
        Ok(())
    }

    /// Deletes the draft: it is done, or not wanted.
    pub fn remove(self) -> Result<()> {
        let Some(kept) = self.kept else {
            return Ok(());
        };
        // Files of an earlier session may lack one of the two.
        for path in [&kept.path, &kept.path.with_extension(LOCK)] {
            match fs::remove_file(path) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::failed(format!("cannot delete {}: {fault}", path.display())));
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Claims a new file name by locking a new lock file of that name.
fn claim(folder: &Path, name: &str) -> io::Result<Kept> {
    let (prefix, suffix) = (format!("{PREFIX}{name}."), format!(".{LOCK}"));
    let lock = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(&suffix)
        .rand_bytes(RANDOM_LETTERS)
        .tempfile_in(folder)?;
    let (lock, path) = lock.keep().map_err(|fault| fault.error)?;
    // Where a file system has no locks, two terminals may be offered the same draft, but each writes its own.
    let _ = lock.try_lock();
    Ok(Kept { path: path.with_extension(TEXT), _lock: lock })
}

/// Replaces a file as a whole, private to its owner, and waits until that is on disk.
fn write_whole(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|fault| fault.error)?;
    // The new name is on disk once the folder is. Not every system can sync a folder, and the text is safe.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// What a question's drafts are called: its id, or a hash of an id that is no file name.
fn name_of(question: &QuestionId) -> String {
    let id = question.as_str();
    let is_plain = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_plain && (1..=LONGEST_NAME).contains(&id.len()) {
        return id.to_owned();
    }
    // The dot keeps a hash apart from every id.
    format!("id.{}", crate::hex::hex(&Sha256::digest(id)))
}

/// The name in `draft-NAME.RANDOM.txt`.
fn file_stem_name(path: &Path) -> Option<&str> {
    let stem = path.file_stem()?.to_str()?.strip_prefix(PREFIX)?;
    Some(stem.rsplit_once('.')?.0)
}

fn cannot_keep(path: &Path, fault: &io::Error) -> Error {
    Error::failed(format!("cannot keep drafts in {}: {fault}", path.display()))
        .hint("set COACH_HOME to a folder that you can write to")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> QuestionId {
        "rag-vs-fine-tuning".into()
    }

    fn opened() -> (tempfile::TempDir, Drafts) {
        let home = tempfile::tempdir().unwrap();
        let drafts = Drafts::open(&home.path().join("not/yet/there")).unwrap();
        (home, drafts)
    }

    fn files(drafts: &Drafts) -> usize {
        fs::read_dir(&drafts.folder).unwrap().count()
    }

    #[test]
    fn a_draft_that_was_left_behind_is_found_with_all_its_lines() {
        let (_home, drafts) = opened();
        let mut draft = drafts.start(&question());
        assert_eq!(files(&drafts), 0, "nothing is on disk before the first words");
        draft.append_line("RAG looks things up.").unwrap();
        draft.append_line("Zwei: ü, 日本語.").unwrap();
        assert!(drafts.find(&question()).unwrap().is_none(), "it is still being written");
        drop(draft);

        let found = drafts.find(&question()).unwrap().unwrap();
        assert_eq!(found.text(), "RAG looks things up.\nZwei: ü, 日本語.");
        assert!(drafts.find(&question()).unwrap().is_none(), "one session at a time goes on with it");
        found.remove().unwrap();
        assert!(drafts.find(&question()).unwrap().is_none());
        assert_eq!(files(&drafts), 0);
    }

    #[test]
    fn several_terminals_never_overwrite_each_other() {
        let (_home, drafts) = opened();
        let (mut one, mut other) = (drafts.start(&question()), drafts.start(&question()));
        one.replace("one").unwrap();
        other.replace("other").unwrap();
        one.replace("one, longer").unwrap();
        drop((one, other));
        let first = drafts.find(&question()).unwrap().unwrap();
        let second = drafts.find(&question()).unwrap().unwrap();
        let mut texts = [first.text(), second.text()];
        texts.sort_unstable();
        assert_eq!(texts, ["one, longer", "other"]);
    }

    #[test]
    fn the_latest_draft_of_the_questions_asked_for_is_offered() {
        let (_home, drafts) = opened();
        let (rag, attention) = (question(), QuestionId::from("attention"));
        let unknown = QuestionId::from("gone-from-the-bank");
        for (id, age) in [(&rag, 30), (&attention, 20), (&unknown, 10)] {
            let mut draft = drafts.start(id);
            draft.replace(id.as_str()).unwrap();
            let file = File::options().write(true).open(draft.path().unwrap()).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1000 - age)).unwrap();
        }
        let (found, draft) = drafts.latest([&rag, &attention]).unwrap().unwrap();
        assert_eq!((found, draft.text()), (&attention, "attention"));
        let mut blank = drafts.start(&unknown);
        blank.replace(" \n").unwrap();
        drop(blank);
        assert_eq!(drafts.find(&unknown).unwrap().unwrap().text(), "gone-from-the-bank");
    }

    #[test]
    fn any_id_makes_a_name_that_file_systems_take() {
        let (_home, drafts) = opened();
        for id in ["con", "a/b", "..", "", &"x".repeat(300), "ÜBER", "a\0b"] {
            let mut draft = drafts.start(&id.into());
            draft.replace(id.get(..1).unwrap_or("words")).unwrap_or_else(|error| panic!("{id:?}: {error}"));
            draft.replace("words").unwrap();
            assert_eq!(draft.path().unwrap().parent(), Some(drafts.folder.as_path()), "{id:?}");
            drop(draft);
            assert_eq!(drafts.find(&id.into()).unwrap().unwrap().text(), "words", "{id:?}");
        }
    }

    #[test]
    fn an_editors_file_is_read_again_without_marks_and_carriage_returns() {
        let (_home, drafts) = opened();
        let mut draft = drafts.start(&question());
        draft.path().unwrap();
        draft.reread().unwrap();
        assert_eq!(draft.text(), "", "it was left without saving");
        fs::write(draft.path().unwrap(), "\u{feff}one\r\ntwo\r\n\r\n").unwrap();
        draft.reread().unwrap();
        assert_eq!(draft.text(), "one\ntwo");
        fs::write(draft.path().unwrap(), b"\xff\xfe").unwrap();
        let error = draft.reread().unwrap_err();
        assert!(error.to_string().ends_with("is not UTF-8"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn drafts_are_private_to_their_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_home, drafts) = opened();
        let mut draft = drafts.start(&question());
        draft.replace("mine").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&drafts.folder), 0o700);
        for entry in fs::read_dir(&drafts.folder).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn a_home_that_cannot_be_made_is_an_error_with_a_hint() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("file"), "").unwrap();
        let error = Drafts::open(&home.path().join("file")).unwrap_err();
        assert!(error.advice().unwrap().contains("COACH_HOME"));
    }
}
