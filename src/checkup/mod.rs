//! What an endpoint can do, found by asking it, and what that means for its user.
//!
//! [`survey`] asks and brings home facts; [`findings`] makes lines of them, each with what to type where something is
//! amiss; [`gate`] has the answers by which a judge is tried. Nothing here knows a screen or a disk.

pub mod findings;
pub mod gate;
pub mod survey;

use serde::Serialize;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, in a word or two.
    pub check: &'static str,
    /// How it stands.
    pub status: Status,
    /// What was found.
    pub said: String,
    /// What to type or change, where that helps.
    pub advice: Option<String>,
}

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Worth knowing; grading works.
    Note,
    /// Grading will not work.
    Problem,
}

impl Finding {
    /// As it should be.
    pub fn ok(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, status: Status::Ok, said: said.into(), advice: None }
    }

    /// Worth knowing.
    pub fn note(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, status: Status::Note, said: said.into(), advice: None }
    }

    /// In the way of grading.
    pub fn problem(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, status: Status::Problem, said: said.into(), advice: None }
    }

    /// With what to do about it.
    #[must_use]
    pub fn advising(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}

/// Whether grading works.
pub fn is_usable(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.status != Status::Problem)
}
