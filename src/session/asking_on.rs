//! A follow-up question, the reply to it, and the grade of answer and reply together.

use std::sync::Arc;

use super::{Assessed, Judged, Kept, Session, Sheet, Timing, WayOut, graded, judge_answer, spinner};
use crate::answer::{self, Answer};
use crate::attempt::{Attempt, AttemptId, FollowUp, Given, Origin};
use crate::bank::{Criterion, Rubric};
use crate::critique::Rating;
use crate::error::{Error, Result};
use crate::follow_up::{joined, of_reply, weakest};
use crate::judge::{Account, rubrics_follow_up};
use crate::score::Grade;
use crate::terminal::{render_comparison, render_paragraph, render_probe, render_rating, sanitised};

/// An answer as far as it was continued, and its grade.
#[derive(Debug)]
pub struct Talk {
    /// The answer, with the replies behind it.
    pub said: String,
    /// The last attempt, with the grade of all that was said.
    pub assessed: Assessed,
}

impl Session<'_> {
    /// Asks on where the answer is thinnest and takes the reply; the talk is then longer by it. Nothing happens
    /// where nothing is missing, or no reply is given.
    pub async fn ask_on(&mut self, rubric: &Rubric, talk: &mut Talk) -> Result<()> {
        let critique = talk.assessed.grade.critique.clone();
        let Some((criterion, rating)) = weakest(rubric, &critique) else {
            self.terminal
                .notice("Nothing that this rubric asks for is missing, so there is nothing to ask on.");
            return Ok(());
        };
        let asked = self.follow_up_question(rubric, criterion, rating, &talk.said).await?;
        self.terminal.print(&format!("\n{}\n", render_probe(criterion, &asked, &self.view())))?;
        let follow_up =
            FollowUp { to: talk.assessed.attempt.clone(), criterion: criterion.id.clone(), asked };
        let mut sheet = self.sheet(rubric);
        let replied = self.take_reply(rubric, &mut sheet, Origin::FollowUp(follow_up));
        let before = talk.assessed.grade.clone();
        let ended = match replied {
            Ok(Some(given)) => self.judge_reply(rubric, given, talk).await,
            Ok(None) => Ok(false),
            Err(error) => Err(error),
        };
        if ended.is_ok() && talk.assessed.kept == Kept::InHistory {
            sheet.discard(self.terminal);
        } else {
            sheet.say_where(self.terminal);
        }
        if ended? { self.show_reply(rubric, criterion, &before, talk) } else { Ok(()) }
    }

    /// A model's question; the rubric's where it has none to give.
    pub async fn follow_up_question(
        &self,
        rubric: &Rubric,
        criterion: &Criterion,
        rating: &Rating,
        said: &str,
    ) -> Result<String> {
        let spinner = spinner(self.terminal, &self.judge);
        let asked = tokio::select! {
            biased;
            _ = tokio::signal::ctrl_c() => return Err(Error::interrupted("interrupted")),
            asked = self.judge.follow_up(rubric, criterion, rating, said) => asked,
        };
        drop(spinner);
        Ok(asked.unwrap_or_else(|failure| {
            let why = sanitised(&failure.reason.message);
            self.terminal.notice(&format!("The model asks nothing ({why}), so the rubric does."));
            rubrics_follow_up(rubric, criterion, rating)
        }))
    }

    /// A reply, or `None` where it has no words. Nobody counts down its minutes.
    pub fn take_reply(
        &mut self,
        rubric: &Rubric,
        sheet: &mut Sheet,
        origin: Origin,
    ) -> Result<Option<Given>> {
        let timing = std::mem::replace(&mut self.timing, Timing::Untimed);
        let taken = self.write(rubric, sheet, self.pen);
        self.timing = timing;
        let given = self.given(sheet.text(), taken?, origin);
        if Answer::has_words(&given.answer) {
            return Ok(Some(given));
        }
        self.terminal.notice("There is no reply, so nothing changes.");
        Ok(None)
    }

    /// Judges answer and reply as one text, and keeps the reply; false when the user gives up on it.
    async fn judge_reply(&mut self, rubric: &Rubric, given: Given, talk: &mut Talk) -> Result<bool> {
        let said = joined(&talk.said, &given.answer);
        loop {
            let judge = Arc::clone(&self.judge);
            let spinner = spinner(self.terminal, &judge);
            let judged = judge_answer(&judge, rubric, &said, &mut |_| {}).await;
            drop(spinner);
            match judged {
                Judged::Graded(grade, account) => {
                    self.keep_reply(rubric, given, *grade, &account, talk);
                    return Ok(true);
                }
                Judged::Interrupted => return Err(Error::interrupted("interrupted")),
                Judged::Failed(failure) => match self.after_failure(&failure)? {
                    WayOut::Retry => {}
                    WayOut::BuiltIn => self.judge = Arc::new(crate::judge::Judge::built_in()),
                    WayOut::Quit => return Ok(false),
                },
            }
        }
    }

    fn keep_reply(
        &mut self,
        rubric: &Rubric,
        given: Given,
        grade: Grade,
        account: &Account,
        talk: &mut Talk,
    ) {
        let said = joined(&talk.said, &given.answer);
        let (attempt, kept) = self.note_reply(rubric, given, &talk.said, &grade, account);
        *talk = Talk { said, assessed: Assessed { grade, attempt, kept } };
    }

    /// Keeps a reply to what was `said` with the grade of both.
    pub fn note_reply(
        &mut self,
        rubric: &Rubric,
        given: Given,
        said: &str,
        grade: &Grade,
        account: &Account,
    ) -> (AttemptId, Kept) {
        let status = graded(rubric, &of_reply(grade, said), account);
        let whole = joined(said, &given.answer);
        let key = answer::key(&whole, &answer::rubric_digest(rubric), self.judge.identity());
        self.log.note(self.terminal, &Attempt::new(rubric, given, status, key))
    }

    fn show_reply(&self, rubric: &Rubric, criterion: &Criterion, before: &Grade, talk: &Talk) -> Result<()> {
        let (view, after) = (&self.view(), &talk.assessed.grade);
        let line = "Your reply continues your answer. Both as one text, by the same rubric:";
        let rating = after.critique.ratings.iter().find(|rating| rating.id == criterion.id);
        let rating = rating.map(|rating| render_rating(rubric, rating, &talk.said, view));
        let table = render_comparison(rubric, before, after, view);
        let text = format!("\n{}\n{}\n{table}", render_paragraph(line, view), rating.unwrap_or_default());
        self.terminal.print(&text)
    }
}
