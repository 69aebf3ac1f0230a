//! Writing in the user's own editor.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::error::{Error, Result};

/// Opens `file` in `$VISUAL` or `$EDITOR` and waits until it is closed. The file stays, whatever happens.
pub fn edit_in_editor(file: &Path) -> Result<()> {
    let editor = editor().ok_or_else(|| {
        Error::misused("no editor is set")
            .hint("set one first, for example: export EDITOR=nano (or EDITOR=\"code --wait\")")
    })?;
    let name = editor.to_string_lossy().into_owned();
    let failed = |why: String| {
        Error::failed(format!("the editor `{name}` {why}"))
            .hint(format!("what was written is kept in {}", file.display()))
    };
    let ended = run(&editor, file).map_err(|fault| failed(format!("did not start: {fault}")))?;
    if ended.success() { Ok(()) } else { Err(failed(format!("failed: {ended}"))) }
}

/// Whether the user has an editor set.
pub fn has_editor() -> bool {
    editor().is_some()
}

fn editor() -> Option<OsString> {
    let set = |name| std::env::var_os(name).filter(|value| !value.to_string_lossy().trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR"))
}

/// The shell takes the editor's own arguments apart, as it does for git.
#[cfg(unix)]
fn run(editor: &OsString, file: &Path) -> std::io::Result<ExitStatus> {
    let mut script = editor.clone();
    script.push(" \"$1\"");
    Command::new("sh").arg("-c").arg(script).arg("sh").arg(file).status()
}

#[cfg(not(unix))]
fn run(editor: &OsString, file: &Path) -> std::io::Result<ExitStatus> {
    let line = editor.to_string_lossy().into_owned();
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    Command::new(program).args(words).arg(file).status()
}
