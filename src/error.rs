//! What went wrong, what to type next, and the exit code: the one type that reaches `main`.

use std::fmt;

/// Exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Endpoint, file or database failed.
    Failed,
    /// Wrong use, bad configuration or invalid rubric.
    Misused,
    /// Done, but some answers are ungraded.
    SomeUngraded,
    /// Interrupted; all that was graded is on disk.
    Interrupted,
}

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Misused => 2,
            Self::SomeUngraded => 3,
            Self::Interrupted => 130,
        }
    }
}

/// An error for the user: what happened, what to do, how to exit.
#[derive(Debug)]
pub struct Error {
    exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Error {
    /// Something outside failed: endpoint, file, database.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), hint: None }
    }

    /// The user has to change the command, the configuration or a rubric.
    pub fn misused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Misused, message: message.into(), hint: None }
    }

    /// The user interrupted.
    pub fn interrupted(message: impl Into<String>) -> Self {
        Self { exit: Exit::Interrupted, message: message.into(), hint: None }
    }

    /// Adds what to type or change next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What to do next, if there is something.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A result with the user's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
