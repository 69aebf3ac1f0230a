//! One person at the keyboard: an answer is written, judged, shown and kept. What is asked, and what comes after,
//! is decided by the commands.
//!
//! The order protects the work: words are in a draft while they are written, and in the history before their
//! critique is shown whole. A draft goes when its attempt is in the history.

mod asking_on;
mod judging;
mod log;
mod sheet;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::poll;

pub use asking_on::Talk;
pub use judging::{Judged, judge_answer, spinner};
pub use log::{Kept, Log};
pub use sheet::Sheet;

use crate::answer;
use crate::attempt::{Attempt, AttemptId, Given, Moment, Origin};
use crate::bank::Rubric;
use crate::error::{Error, Result};
use crate::judge::{Account, Judge, JudgeFailure};
use crate::record::{self, Status};
use crate::score::Grade;
use crate::store::Drafts;
use crate::terminal::{
    Choice, Detail, Pace, Start, Terminal, View, Written, choose_letter, read_answer, sanitised,
};

/// A session in progress.
#[derive(Debug)]
pub struct Session<'a> {
    /// Where everything is shown and asked.
    pub terminal: &'a Terminal,
    /// What time it is.
    pub clock: Clock,
    /// How much of a critique is shown.
    pub detail: Detail,
    /// Who judges.
    pub judge: Arc<Judge>,
    /// Where answers are kept while they are written, if they can be.
    pub drafts: Option<Drafts>,
    /// Where attempts are kept.
    pub log: Log,
    /// What answers are written with.
    pub pen: Pen,
    /// Whether time is counted down.
    pub timing: Timing,
}

/// What answers are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pen {
    /// Lines in the terminal.
    Lines,
    /// The user's editor.
    Editor,
}

/// Whether the question's minutes are counted down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// Take your time.
    Untimed,
    /// The time left stands in front of each line.
    CountedDown,
}

/// An answer with its grade.
#[derive(Debug)]
pub struct Assessed {
    /// The grade.
    pub grade: Grade,
    /// The attempt that it belongs to.
    pub attempt: AttemptId,
    /// Whether the history has it.
    pub kept: Kept,
}

/// What the user does when there is no critique.
#[derive(Debug, Clone, Copy)]
enum WayOut {
    Retry,
    BuiltIn,
    Quit,
}

/// From here on Ctrl-C no longer ends the program by itself: prompts give it back as an error, which lets them
/// leave the terminal as they found it, and judging waits for it.
pub async fn take_interrupts() {
    // The first poll registers; nothing waits yet.
    let _ = poll!(pin!(tokio::signal::ctrl_c()));
}

/// Tells the time. It is a parameter, because what is due follows from the day.
pub type Clock = fn() -> Moment;

/// The computer's clock: now, and which day it is here.
pub fn now() -> Moment {
    let now = jiff::ZonedDateTime::now();
    let at = now.timestamp();
    // The history keeps milliseconds; what was never finer comes back equal.
    let at = jiff::Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    Moment { at, day: now.date() }
}

impl Session<'_> {
    /// How text is to be rendered now; the screen may be resized at any time.
    pub fn view(&self) -> View {
        self.terminal.view().with_detail(self.detail)
    }

    /// A blank sheet for an answer.
    pub fn sheet(&self, rubric: &Rubric) -> Sheet {
        Sheet::blank(rubric, self.drafts.as_ref())
    }

    /// Takes an answer, below what the sheet has already. Gives the time that it took.
    pub fn write(&mut self, rubric: &Rubric, sheet: &mut Sheet, pen: Pen) -> Result<Duration> {
        let started = Instant::now();
        let so_far = sheet.text().to_owned();
        match pen {
            Pen::Editor => self.edit(rubric, sheet)?,
            Pen::Lines if so_far.is_empty() => {
                self.guide("Write your answer. A line with only a dot ends it, and so does Ctrl-D.");
                self.write_lines(rubric, sheet, Start::Blank)?;
            }
            Pen::Lines => {
                self.guide("Your draft so far; go on below it. A line with only a dot ends it.");
                self.terminal.notice(&sanitised(&so_far));
                self.write_lines(rubric, sheet, Start::After(&so_far))?;
            }
        }
        let taken = started.elapsed();
        self.say_time(rubric, taken);
        Ok(taken)
    }

    /// Lets an answer that was judged be changed. Gives the time that it took.
    pub fn revise(&mut self, rubric: &Rubric, sheet: &mut Sheet, pen: Pen) -> Result<Duration> {
        let started = Instant::now();
        let earlier = sheet.text().to_owned();
        match pen {
            Pen::Editor => self.edit(rubric, sheet)?,
            Pen::Lines => {
                self.guide(
                    "Your answer comes up line by line: change a line, empty it to drop it, Enter to go on.",
                );
                self.guide(
                    "New lines follow the last. A line with only a dot keeps the rest as it is and ends.",
                );
                self.write_lines(rubric, sheet, Start::Revising(&earlier))?;
            }
        }
        if sheet.text() == earlier {
            self.terminal.notice("The answer is as it was.");
        }
        Ok(started.elapsed())
    }

    fn write_lines(&self, rubric: &Rubric, sheet: &mut Sheet, start: Start<'_>) -> Result<()> {
        let pace = match self.timing {
            Timing::Untimed => Pace::Free,
            Timing::CountedDown => Pace::Until(Instant::now() + minutes(rubric)),
        };
        match read_answer(self.terminal, start, pace, &mut |text| sheet.keep(text))? {
            Written::Finished(_) => Ok(()),
            Written::Interrupted => Err(Error::interrupted("interrupted")),
        }
    }

    /// An editor that does not work is no reason to lose the session: it goes on in the terminal.
    fn edit(&mut self, rubric: &Rubric, sheet: &mut Sheet) -> Result<()> {
        let Err(error) = sheet.edit() else {
            return Ok(());
        };
        self.terminal.explain(&error);
        self.pen = Pen::Lines;
        self.write(rubric, sheet, Pen::Lines).map(drop)
    }

    fn say_time(&self, rubric: &Rubric, taken: Duration) {
        match self.timing {
            Timing::Untimed => {}
            Timing::CountedDown => {
                let taken = crate::terminal::spoken(taken);
                self.terminal.notice(&format!("You took {taken} of {} min.", rubric.minutes));
            }
        }
    }

    /// An answer that was finished just now.
    pub fn given(&self, answer: &str, taken: Duration, origin: Origin) -> Given {
        Given { answer: answer.to_owned(), moment: (self.clock)(), seconds: taken.as_secs(), origin }
    }

    /// A word to a person; a script needs none.
    pub fn guide(&self, line: &str) {
        if self.terminal.is_attended() {
            self.terminal.notice(line);
        }
    }

    /// Judges an answer until there is a critique, shows it and keeps it; `None` when the user gives up on it.
    pub async fn assess(&mut self, rubric: &Rubric, given: &Given) -> Result<Option<Assessed>> {
        self.terminal.print("\n")?;
        loop {
            let judge = Arc::clone(&self.judge);
            let mut noted = None;
            let mut note = |grade: &Grade, account: &Account| {
                let status = graded(rubric, grade, account);
                noted = Some(self.log.note(self.terminal, &attempt(rubric, given.clone(), status, &judge)));
            };
            let judged = judging::judge_on_screen(
                self.terminal,
                self.detail,
                &judge,
                rubric,
                &given.answer,
                &mut note,
            )
            .await?;
            match (judged, noted) {
                (Judged::Graded(grade, _), Some((attempt, kept))) => {
                    return Ok(Some(Assessed { grade: *grade, attempt, kept }));
                }
                // Whatever is graded is noted.
                (Judged::Graded(..), None) | (Judged::Interrupted, _) => {
                    return Err(Error::interrupted("interrupted"));
                }
                (Judged::Failed(failure), _) => match self.after_failure(&failure)? {
                    WayOut::Retry => {}
                    WayOut::BuiltIn => self.judge = Arc::new(Judge::built_in()),
                    WayOut::Quit => return Ok(None),
                },
            }
        }
    }

    fn after_failure(&self, failure: &JudgeFailure) -> Result<WayOut> {
        self.terminal.notice(&format!("There is no critique: {}", sanitised(&failure.reason.message)));
        if let Some(hint) = &failure.hint {
            self.terminal.notice(&sanitised(hint));
        }
        let choices = [
            Choice { key: 't', label: "try again", value: WayOut::Retry },
            Choice { key: 'b', label: "built-in judge from here on", value: WayOut::BuiltIn },
            Choice { key: 'q', label: "quit", value: WayOut::Quit },
        ];
        Ok(choose_letter(self.terminal, &choices)?.unwrap_or(WayOut::Quit))
    }
}

/// The attempt that an answer became, judged as it stands.
pub fn attempt(rubric: &Rubric, given: Given, status: Status, judge: &Judge) -> Attempt {
    let key = answer::key(&given.answer, &answer::rubric_digest(rubric), judge.identity());
    Attempt::new(rubric, given, status, key)
}

/// A grade as it is kept.
pub fn graded(rubric: &Rubric, grade: &Grade, account: &Account) -> Status {
    let Account { judge, spent } = account;
    Status::Graded(Box::new(record::graded(rubric, grade, judge.clone(), spent.record())))
}

/// The minutes that an interviewer would give.
pub fn minutes(rubric: &Rubric) -> Duration {
    Duration::from_secs(60 * u64::from(rubric.minutes))
}
