//! Waits until rubric files are saved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify_debouncer_mini::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::identity;
use crate::error::{Error, Result};

/// How long a file has to be left alone before it counts as saved. Editors write, rename and touch within some
/// milliseconds; half of this is lost on every save, and no one notices it.
const QUIET: Duration = Duration::from_millis(100);

/// What is watched, as long as it lives.
pub struct Watch {
    watched: Watched,
    saved: UnboundedReceiver<DebounceEventResult>,
    // Watching ends when it is dropped.
    _debouncer: Debouncer<RecommendedWatcher>,
}

/// Which changes count.
#[derive(Debug, Default)]
struct Watched {
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
}

impl Watch {
    /// Watches folders with all in them, and files. A file is watched through its folder, because editors that write
    /// a new file and rename it leave nothing behind of the one that was there.
    pub fn new(paths: &[PathBuf]) -> Result<Self> {
        let (sender, saved) = unbounded_channel();
        // Once nobody receives any more, nothing needs to be sent.
        let mut debouncer = new_debouncer(QUIET, move |events| drop(sender.send(events)))
            .map_err(|fault| cannot_watch(&fault))?;
        let mut watched = Watched::default();
        for path in paths {
            let path = identity(path);
            let (folder, mode) = match path.parent().filter(|_| !path.is_dir()) {
                Some(folder) => (folder.to_owned(), RecursiveMode::NonRecursive),
                None => (path.clone(), RecursiveMode::Recursive),
            };
            debouncer.watcher().watch(&folder, mode).map_err(|fault| cannot_watch(&fault))?;
            if path.is_dir() {
                watched.folders.insert(path)
            } else {
                watched.files.insert(path)
            };
        }
        Ok(Self { watched, saved, _debouncer: debouncer })
    }

    /// Waits for the next save.
    pub async fn saved(&mut self) -> Result<()> {
        loop {
            match self.saved.recv().await {
                Some(Ok(events)) if events.iter().any(|event| self.watched.counts(&event.path)) => {
                    return Ok(());
                }
                Some(Ok(_)) => {}
                Some(Err(fault)) => return Err(cannot_watch(&fault)),
                None => return Err(Error::failed("the files are no longer watched")),
            }
        }
    }
}

impl Watched {
    /// A named file, or in a named folder a TOML file or anything that may be a folder of them. What editors write
    /// beside a file has another ending or a dot in front.
    fn counts(&self, path: &Path) -> bool {
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let may_be = path.extension().is_none_or(|ending| ending == "toml");
        self.files.contains(path)
            || !is_hidden && may_be && self.folders.iter().any(|folder| path.starts_with(folder))
    }
}

fn cannot_watch(fault: &notify::Error) -> Error {
    let error = Error::failed(format!("cannot watch the files: {fault}"));
    match fault.kind {
        notify::ErrorKind::MaxFilesWatch => {
            error.hint("name fewer folders, or raise fs.inotify.max_user_watches")
        }
        _ => error.hint("check without --watch"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubrics_count_and_what_editors_leave_beside_them_does_not() {
        let watched = Watched { folders: ["/mine".into()].into(), files: ["/other/a.toml".into()].into() };
        for (path, counts) in [
            ("/mine/rag/a.toml", true),
            ("/mine/rag", true),
            ("/other/a.toml", true),
            ("/other/b.toml", false),
            ("/mine/.a.toml", false),
            ("/mine/a.toml~", false),
            ("/mine/.a.toml.swp", false),
            ("/mine/notes.md", false),
        ] {
            assert_eq!(watched.counts(Path::new(path)), counts, "{path}");
        }
    }
}
