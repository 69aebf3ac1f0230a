//! What a session leaves behind: its attempts, in the history and for the summary.

use std::path::PathBuf;

use crate::attempt::{Attempt, AttemptId, Outline};
use crate::bank::QuestionId;
use crate::error::Result;
use crate::store::History;
use crate::terminal::Terminal;

/// Whether an attempt is in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is on disk.
    InHistory,
    /// There is no history to keep it in; its draft must stay.
    Nowhere,
}

/// The attempts of a session, and the history that they go to.
#[derive(Debug)]
pub struct Log {
    history: Option<History>,
    noted: Vec<Outline>,
}

impl Log {
    /// The history in the program's home. Where there is none that can be used, the user is told why and the session
    /// goes on without.
    pub fn open(terminal: &Terminal, home: Result<PathBuf>) -> Self {
        let history = home.and_then(|home| History::open(&home)).map_err(|fault| {
            terminal.explain(&fault);
            terminal.notice("Practising goes on without the history; your answers are kept as drafts.");
        });
        Self { history: history.ok(), noted: Vec::new() }
    }

    /// Keeps an attempt. That it cannot be kept is said and ends nothing.
    pub fn note(&mut self, terminal: &Terminal, attempt: &Attempt) -> (AttemptId, Kept) {
        // A second try at the same answer takes the place of the first.
        self.noted.retain(|noted| noted.id != attempt.id);
        self.noted.push(attempt.outline());
        let kept = match &mut self.history {
            None => Kept::Nowhere,
            Some(history) => match history.record(attempt) {
                Ok(()) => Kept::InHistory,
                Err(fault) => {
                    terminal.explain(&fault);
                    Kept::Nowhere
                }
            },
        };
        (attempt.id.clone(), kept)
    }

    /// The attempts of this session, in order.
    pub fn noted(&self) -> &[Outline] {
        &self.noted
    }

    /// Every attempt there is, oldest first. A history that cannot be read is none, and the user is told why.
    pub fn outlines(&mut self, terminal: &Terminal) -> Vec<Outline> {
        match self.history.as_ref().map(History::outlines) {
            Some(Ok(outlines)) => outlines,
            Some(Err(fault)) => {
                terminal.explain(&fault);
                self.history = None;
                Vec::new()
            }
            None => self.noted.clone(),
        }
    }

    /// Whether the history has this answer with its grade.
    pub fn has_graded(&self, question: &QuestionId, answer: &str) -> bool {
        // One that cannot be read does not have it, so the draft stays.
        self.history.as_ref().is_some_and(|history| history.has_graded(question, answer).unwrap_or(false))
    }
}
