//! What the program keeps for its user, in one folder.

mod database;
mod drafts;
mod endpoints;
mod history;
mod private;
mod replies;

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

pub use drafts::{Draft, Drafts};
pub use endpoints::{KnownEndpoints, Remembering, Verdict};
pub use history::{History, Imported};
pub use replies::{KeptReplies, Settling};

use crate::error::{Error, Result};

/// The folder's name in the platform's folder for data.
const FOLDER: &str = "coach";

/// The folder that everything is kept in: `COACH_HOME` if that is `set`, else the platform's own.
pub fn home(set: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(home) = set {
        return Ok(home);
    }
    let platform = etcetera::choose_base_strategy().map_err(|fault| {
        Error::failed(format!("cannot tell where your data folder is: {fault}"))
            .hint("set COACH_HOME to a folder of your own")
    })?;
    Ok(platform.data_dir().join(FOLDER))
}
