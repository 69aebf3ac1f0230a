//! `coach completions` and `coach man`: both from the command line's own types.

use clap::CommandFactory as _;

use super::Context;
use crate::cli::Cli;
use crate::error::{Error, Exit, Result};

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell, context: &Context) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "coach", &mut script);
    context.terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Prints the manual page.
pub fn man(context: &Context) -> Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Error::failed(format!("cannot write the manual page: {error}")))?;
    context.terminal.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
