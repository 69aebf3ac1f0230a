//! Problems and advice as other programs read them: JSON, workflow commands of GitHub Actions, SARIF.
//!
//! How people read them is [`crate::terminal::render_problems`]. Texts come as they are to be shown: whoever calls
//! takes out what could act on a terminal.

mod github;
mod json;
mod sarif;

pub use github::github;
pub use json::json;
pub use sarif::{Rule, sarif};

use crate::document::Severity;

/// The class of problems that have none: what makes a file invalid.
pub const INVALID: &str = "invalid";

/// A file as others name it in a repository: without the dot for the folder that one is in.
fn plain_path(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}

/// Whether the run ends with an error because of it.
fn is_error(severity: Severity) -> bool {
    match severity {
        Severity::Invalid | Severity::Denied => true,
        Severity::Advice => false,
    }
}
