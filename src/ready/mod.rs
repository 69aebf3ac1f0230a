//! A judge that is ready to be asked, and what has to be seen to when a command is done with it.

pub mod judges;

use std::sync::Arc;

use crate::cli::LimitArgs;
use crate::config::Concurrency;
use crate::files::transcript::TranscriptFile;
use crate::judge::Judge;
use crate::store::{Remembering, Settling};
use crate::terminal::Terminal;

/// A judge that is ready, and how many answers it takes at once.
#[derive(Debug)]
pub struct ReadyJudge {
    /// The judge.
    pub judge: Arc<Judge>,
    /// How many answers to judge at the same time.
    pub at_once: usize,
    /// What to tell the user about the choice, if anything.
    pub notice: Option<String>,
    /// Sees the reply cache written, when the command is done.
    pub settling: Option<Settling>,
    /// See what was found out about endpoints kept, when the command is done.
    pub remembering: Vec<Remembering>,
    /// Says, when the command is done, if the log lacks something.
    pub logging: Option<Logging>,
}

/// Says, when it is dropped, what kept a line of `--log` from being written.
#[derive(Debug)]
pub struct Logging {
    file: Arc<TranscriptFile>,
    terminal: Terminal,
}

impl Logging {
    /// Of a file, to the person at that terminal.
    pub fn to(file: Arc<TranscriptFile>, terminal: &Terminal) -> Self {
        Self { file, terminal: terminal.clone() }
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        if let Some(fault) = self.file.fault() {
            self.terminal.explain(fault);
            self.terminal.notice("Judging went on; the log lacks some of it.");
        }
    }
}

/// The built-in judge.
pub fn built_in(limits: &LimitArgs, notice: Option<String>) -> ReadyJudge {
    /// While one answer is judged, the next is at hand.
    const TO_A_CORE: usize = 2;
    let at_once = match limits.concurrency {
        Some(Concurrency::Fixed(number)) => usize::from(number),
        Some(Concurrency::Auto) | None => {
            TO_A_CORE * std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        }
    };
    ReadyJudge {
        judge: Arc::new(Judge::built_in()),
        at_once,
        notice,
        settling: None,
        remembering: Vec::new(),
        logging: None,
    }
}
