//! Files that are made anew: what is there already is never overwritten.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::cannot;
use crate::error::{Error, Result};

/// Writes files that nobody has yet, and the folders that they are in. If one of them exists, none is written.
pub fn write_all(files: &[(PathBuf, String)]) -> Result<()> {
    files.iter().try_for_each(|(path, _)| nobody_has(path))?;
    files.iter().try_for_each(|(path, text)| write(path, text))
}

/// Fails if the file exists already: better before the work than after it.
pub fn nobody_has(path: &Path) -> Result<()> {
    if path.exists() { Err(exists(path)) } else { Ok(()) }
}

/// Writes a file of that name, or of that name with a number if somebody has it; returns which.
pub fn write_numbered(folder: &Path, stem: &str, ending: &str, text: &str) -> Result<PathBuf> {
    let names =
        std::iter::once(format!("{stem}.{ending}")).chain((2..).map(|it| format!("{stem}-{it}.{ending}")));
    let free = names.map(|name| folder.join(name)).find(|path| !path.exists());
    let path = free.unwrap_or_else(|| folder.join(stem));
    write(&path, text)?;
    Ok(path)
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
