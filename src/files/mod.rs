//! Files that users name: configuration, rubrics, prompts, answers and grades. Reads and writes; decides nothing.

pub mod answers;
pub mod attempts;
pub mod batch;
pub mod csv_text;
pub mod fresh;
pub mod grades;
pub mod human;
pub mod joined;
pub mod marked;
pub mod replies;
pub mod transcript;
pub mod watch;

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

use crate::bank::SourceFile;
use crate::config::Config;
use crate::document::Problem;
use crate::error::{Error, Result};

/// A rubric is a few pages; a file beyond this is not one, and reading it would only take memory.
const LARGEST_RUBRIC: u64 = 4 * 1024 * 1024;

/// What was found wrong with files the user wrote.
#[derive(Debug)]
pub enum Fault {
    /// One error for the user.
    Error(Error),
    /// Problems with their places.
    Problems(Vec<Problem>),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Vec<Problem>> for Fault {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

/// Reads the configuration: the named file, or `coach/config.toml` in the platform's folder if it is there.
pub fn config(named: Option<&Path>) -> Result<Config, Fault> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match usual_config() {
            Some(path) if path.exists() => path,
            Some(_) | None => return Ok(Config::default()),
        },
    };
    let text = text(&path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    Ok(Config::parse(&path.display().to_string(), &text, folder, is_private(&path))?)
}

/// Writes the configuration in place of what is at `path`, all at once. A file with a key in it, and a new one, is
/// readable by its owner only; of another the permissions stay as they are. A link stays a link.
pub fn write_config(path: &Path, text: &str, key: KeyInside) -> Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| cannot("make the folder", folder, &error))?;
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        io::Write::write_all(&mut file, text.as_bytes())?;
        if let (KeyInside::No, Ok(before)) = (key, fs::metadata(&target)) {
            file.as_file().set_permissions(before.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)
    });
    written.map(drop).map_err(|error| cannot("write", path, &error))
}

/// Whether a configuration holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyInside {
    /// It does.
    Yes,
    /// It does not, or not one that was put in now.
    No,
}

/// Where the configuration is when nobody names another file.
pub fn usual_config() -> Option<PathBuf> {
    choose_base_strategy().ok().map(|folders| folders.config_dir().join("coach").join("config.toml"))
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS: u32 = 0o077;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & OTHERS == 0)
}

#[cfg(not(unix))]
fn is_private(_path: &Path) -> bool {
    // Profile folders are private to their owner there.
    true
}

/// The whole text of a file that has to be UTF-8.
pub fn text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).map_err(|error| cannot("read", path, &error))?;
    String::from_utf8(bytes)
        .map_err(|error| not_utf8(path, error.utf8_error().valid_up_to(), error.as_bytes()))
}

fn not_utf8(path: &Path, at: usize, bytes: &[u8]) -> Error {
    let line = bytes[..at].split(|byte| *byte == b'\n').count();
    Error::misused(format!("{} is not UTF-8: line {line} has a byte that is none", path.display()))
        .hint("save the file as UTF-8")
}

/// An error about a file, with what is usually the way out.
pub fn cannot(what: &str, path: &Path, error: &io::Error) -> Error {
    let message = format!("cannot {what} {}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Error::failed(message).hint("check the path"),
        io::ErrorKind::PermissionDenied => Error::failed(message).hint("check who may read and write it"),
        io::ErrorKind::StorageFull => {
            Error::failed(message).hint("free some space, then run the command again")
        }
        _ => Error::failed(message),
    }
}

/// The TOML files of a folder and the folders in it, or the one file that `path` is, in the order of their
/// names. Hidden files and folders are left out.
pub fn rubric_files(path: &Path) -> Result<Vec<SourceFile>> {
    let mut paths = Vec::new();
    if path.is_dir() {
        collect(path, &mut paths)?;
    } else {
        paths.push(path.to_owned());
    }
    paths.sort();
    paths.iter().map(|path| source_file(path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| cannot("read the folder", folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| cannot("read the folder", folder, &error))?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        // A link to a folder above would go round for ever, so folders behind links are left out.
        if path.is_dir() && !path.is_symlink() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|ending| ending == "toml") && path.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

fn source_file(path: &Path) -> Result<SourceFile> {
    let size = fs::metadata(path).map_err(|error| cannot("read", path, &error))?.len();
    if size > LARGEST_RUBRIC {
        return Err(Error::misused(format!("{} has {size} bytes, too many for a rubric", path.display())));
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(SourceFile { name: path.display().to_string(), stem, text: text(path)? })
}

/// The same for every path that leads to one file.
pub fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The templates of a prompts folder by file name.
pub fn prompts(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| cannot("read the folder", folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| cannot("read the folder", folder, &error))?.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            found.push((name, text(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a text to a file, in place of what is there, which stays if the disk has no room for both.
pub fn write(path: &Path, text: &str) -> Result<()> {
    // A link stays one.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_special = place.exists() && !place.is_file();
    let fresh = if is_special { Err(ErrorKind::NotFound.into()) } else { beside(&place) };
    let written = match fresh {
        Ok(mut fresh) => fresh.write_all(text.as_bytes()).and_then(|()| put(fresh, &place)),
        // A pipe, a device, or a file in a folder that takes no others.
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::NotFound) => {
            fs::write(path, text)
        }
        Err(error) => Err(error),
    };
    written.map_err(|error| cannot("write", path, &error))
}

/// A file without a name yet, in the folder of `path`, whose place it can take; as readable to others as any new file.
pub(crate) fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Less what the umask takes.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder_of(path))
}

/// Gives a file its name, in place of what is there, once it is on the disk: whoever looks sees all of the old or all
/// of the new.
pub(crate) fn put(fresh: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    if let Ok(old) = fs::metadata(path) {
        fresh.as_file().set_permissions(old.permissions())?;
    }
    fresh.as_file().sync_all()?;
    fresh.persist(path)?;
    // The name is on the disk only with the folder that holds it; other systems have no such step.
    #[cfg(unix)]
    fs::File::open(folder_of(path))?.sync_all()?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns when a file is on the disk, not only on its way there.
pub fn synced(path: &Path) -> Result<()> {
    let file = fs::OpenOptions::new().append(true).open(path);
    file.and_then(|file| file.sync_all()).map_err(|error| cannot("write", path, &error))
}
