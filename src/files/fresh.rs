//! Files that are made anew: what is there already is never overwritten.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::cannot;
use crate::error::{Error, Result};

/// Writes files that nobody has yet, and the folders that they are in. If one of them exists, none is written.
pub fn write_all(files: &[(PathBuf, String)]) -> Result<()> {
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(exists(path));
    }
    files.iter().try_for_each(|(path, text)| write(path, text))
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| cannot("make the folder", folder, &error))?;
    }
    // Asked again of the system, because another program may have made the file meanwhile.
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => cannot("write", path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| cannot("write to", path, &error))
}

fn exists(path: &Path) -> Error {
    Error::failed(format!("{} is there already", path.display()))
        .hint("it was left as it is; name another place, or move it away")
}
