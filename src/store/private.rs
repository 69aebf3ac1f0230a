//! Folders and files that nobody but their owner can read.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Makes a folder, and those that it is in, that nobody but their owner can read.
#[cfg(unix)]
pub(super) fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
pub(super) fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Options to write a file that nobody but its owner can read.
pub(super) fn private_options() -> fs::OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
