//! `coach interview`: several questions with follow-ups and no feedback, then a debrief.
//!
//! Each answer is in the history as soon as it is given, and gets its grade there when it is judged. An interview
//! that is interrupted is debriefed as far as it came.

use std::time::{Duration, Instant};

use super::Context;
use crate::answer::Answer;
use crate::attempt::{AttemptId, FollowUp, Given, Origin};
use crate::bank::{Bank, Rubric};
use crate::cli::InterviewArgs;
use crate::debrief::Answered;
use crate::error::{Error, Exit, Result};
use crate::follow_up::{joined, weakest};
use crate::judge::Account;
use crate::record::Status;
use crate::schedule::Schedule;
use crate::score::{Grade, Reason, ReasonKind};
use crate::session::{
    Judged, Kept, Pen, Session, Sheet, Timing, attempt, graded, judge_answer, spinner, take_interrupts,
};
use crate::terminal::{Detail, render_debrief, render_judges, render_paragraph, render_question, sanitised};

/// An interview in progress.
struct Interview<'a> {
    session: Session<'a>,
    asks_on: bool,
    rounds: Vec<Round<'a>>,
}

/// One question and what was said to it.
struct Round<'a> {
    rubric: &'a Rubric,
    given: Given,
    id: AttemptId,
    /// Of the answer alone.
    grade: Option<Grade>,
    reply: Option<Given>,
}

/// Runs the command.
pub async fn run(args: &InterviewArgs, context: &Context) -> Result<Exit> {
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let among = questions(args, &bank)?;
    let ready = context.judge(&config, &args.judge).await?;
    if let Some(notice) = &ready.notice {
        context.terminal.notice(notice);
    }
    let mut session = context.session(ready.judge, Detail::Usual);
    session.pen = if args.editor { Pen::Editor } else { Pen::Lines };
    session.timing = if args.timer { Timing::CountedDown } else { Timing::Untimed };
    if context.terminal.can_ask() {
        take_interrupts().await;
    }
    let outlines = session.log.outlines(&context.terminal);
    let schedule = Schedule::new(&outlines, among.iter().copied(), (context.clock)().day);
    let count = if args.minutes.is_some() { among.len() } else { usize::from(args.questions) };
    let mut interview = Interview { session, asks_on: !args.no_follow_ups, rounds: Vec::new() };
    let limit = args.minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    let ended = interview.ask_all(&schedule.interview(count), limit).await;
    let debriefed = interview.debrief().await;
    match ended.and(debriefed) {
        Err(error) if error.exit() == Exit::Interrupted => Ok(Exit::Interrupted),
        ended => ended,
    }
}

/// What can be asked; at least one question.
fn questions<'b>(args: &InterviewArgs, bank: &'b Bank) -> Result<Vec<&'b Rubric>> {
    let fits = |rubric: &&Rubric| {
        (args.topics.is_empty() || args.topics.contains(&rubric.topic))
            && args.difficulty.is_none_or(|difficulty| difficulty == rubric.difficulty)
    };
    let found: Vec<&Rubric> = bank.rubrics().map(AsRef::as_ref).filter(fits).collect();
    if found.is_empty() {
        return Err(
            Error::misused("no question fits").hint("`coach list` shows all questions with their topics")
        );
    }
    Ok(found)
}

impl<'a> Interview<'a> {
    async fn ask_all(&mut self, questions: &[&'a Rubric], limit: Option<Duration>) -> Result<Exit> {
        let started = Instant::now();
        for (rubric, number) in questions.iter().zip(1..) {
            if limit.is_some_and(|limit| started.elapsed() >= limit) {
                self.session.terminal.notice("The time is over.");
                break;
            }
            let head = match limit {
                Some(limit) => {
                    let minute = started.elapsed().as_secs() / 60 + 1;
                    format!("Question {number}, minute {minute} of {}", limit.as_secs() / 60)
                }
                None => format!("Question {number} of {}", questions.len()),
            };
            let view = self.session.view();
            let text = format!("\n{}\n{}\n", render_paragraph(&head, &view), render_question(rubric, &view));
            self.session.terminal.print(&text)?;
            self.ask(rubric).await?;
        }
        Ok(Exit::Done)
    }

    async fn ask(&mut self, rubric: &'a Rubric) -> Result<()> {
        let mut sheet = self.session.sheet(rubric);
        let taken = match self.session.write(rubric, &mut sheet, self.session.pen) {
            Ok(taken) => taken,
            Err(error) => {
                sheet.say_where(self.session.terminal);
                return Err(error);
            }
        };
        if !Answer::has_words(sheet.text()) {
            self.session.terminal.notice("There is no answer, so this question is passed over.");
            sheet.discard(self.session.terminal);
            return Ok(());
        }
        let given = self.session.given(sheet.text(), taken, Origin::Asked);
        let (id, kept) = self.note(rubric, &given, not_judged());
        self.put_away(sheet, kept);
        self.rounds.push(Round { rubric, given, id, grade: None, reply: None });
        if self.asks_on { self.ask_on().await } else { Ok(()) }
    }

    /// Asks on where the last answer is thinnest, without saying why. Where it cannot be judged, nothing is asked.
    async fn ask_on(&mut self) -> Result<()> {
        let Some(mut round) = self.rounds.pop() else {
            return Ok(());
        };
        let ended = self.reply_to(&mut round).await;
        self.rounds.push(round);
        ended
    }

    async fn reply_to(&mut self, round: &mut Round<'a>) -> Result<()> {
        let rubric = round.rubric;
        let Ok((grade, account)) = self.judged(rubric, &round.given.answer).await? else {
            return Ok(());
        };
        let status = graded(rubric, &grade, &account);
        self.note(rubric, &round.given, status);
        let grade = round.grade.insert(grade).clone();
        let Some((criterion, rating)) = weakest(rubric, &grade.critique) else {
            return Ok(());
        };
        let asked = self.session.follow_up_question(rubric, criterion, rating, &round.given.answer).await?;
        let view = &self.session.view();
        self.session.terminal.print(&format!("\nFollow-up:\n{}\n", render_paragraph(&asked, view)))?;
        let follow_up = FollowUp { to: round.id.clone(), criterion: criterion.id.clone(), asked };
        let mut sheet = self.session.sheet(rubric);
        match self.session.take_reply(rubric, &mut sheet, Origin::FollowUp(follow_up)) {
            Ok(Some(reply)) => {
                let (_, kept) = self.note(rubric, &reply, not_judged());
                self.put_away(sheet, kept);
                round.reply = Some(reply);
                Ok(())
            }
            Ok(None) => {
                sheet.discard(self.session.terminal);
                Ok(())
            }
            Err(error) => {
                sheet.say_where(self.session.terminal);
                Err(error)
            }
        }
    }

    fn note(&mut self, rubric: &Rubric, given: &Given, status: Status) -> (AttemptId, Kept) {
        let attempt = attempt(rubric, given.clone(), status, &self.session.judge);
        self.session.log.note(self.session.terminal, &attempt)
    }

    fn put_away(&self, sheet: Sheet, kept: Kept) {
        match kept {
            Kept::InHistory => sheet.discard(self.session.terminal),
            Kept::Nowhere => sheet.say_where(self.session.terminal),
        }
    }

    /// A grade, or why there is none.
    async fn judged(&self, rubric: &Rubric, said: &str) -> Result<Result<(Grade, Account), Reason>> {
        let spinner = spinner(self.session.terminal, &self.session.judge);
        let judged = judge_answer(&self.session.judge, rubric, said, &mut |_| {}).await;
        drop(spinner);
        match judged {
            Judged::Graded(grade, account) => Ok(Ok((*grade, *account))),
            Judged::Failed(failure) => Ok(Err(failure.reason)),
            Judged::Interrupted => Err(Error::interrupted("interrupted")),
        }
    }

    /// Judges what is not judged yet, and sums up.
    async fn debrief(&mut self) -> Result<Exit> {
        let terminal = self.session.terminal;
        let rounds = std::mem::take(&mut self.rounds);
        if rounds.is_empty() {
            terminal.notice("Nothing was answered, so there is nothing to sum up.");
            return Ok(Exit::Done);
        }
        let mut answers = Vec::new();
        let mut exit = Exit::Done;
        for round in rounds {
            match self.final_grade(&round).await? {
                Ok(answered) => answers.push(answered),
                Err(reason) => {
                    let (title, why) = (sanitised(&round.rubric.title), sanitised(&reason.message));
                    terminal.notice(&format!("There is no critique of \"{title}\": {why}"));
                    exit = Exit::SomeUngraded;
                }
            }
        }
        if !answers.is_empty() {
            let view = &self.session.view();
            let line = render_judges(&self.session.judge.record(), view);
            terminal.print(&format!("\n{}\n{line}", render_debrief(&answers, view)))?;
        }
        self.session.guide("`coach history` has every answer with its critique.");
        Ok(exit)
    }

    /// The grade of all that was said to a question.
    async fn final_grade(&mut self, round: &Round<'a>) -> Result<Result<Answered<'a>, Reason>> {
        let rubric = round.rubric;
        let said = round.given.answer.clone();
        let Some(reply) = &round.reply else {
            if let Some(grade) = round.grade.clone() {
                return Ok(Ok(Answered { rubric, said, grade }));
            }
            return Ok(self.judged(rubric, &said).await?.map(|(grade, account)| {
                let status = graded(rubric, &grade, &account);
                self.note(rubric, &round.given, status);
                Answered { rubric, said, grade }
            }));
        };
        let whole = joined(&said, &reply.answer);
        Ok(self.judged(rubric, &whole).await?.map(|(grade, account)| {
            self.session.note_reply(rubric, reply.clone(), &said, &grade, &account);
            Answered { rubric, said: whole, grade }
        }))
    }
}

fn not_judged() -> Status {
    let message = "it was answered in an interview that ended before it was judged".to_owned();
    Status::Ungraded { reason: Reason { kind: ReasonKind::NotJudged, message }, usage: None }
}
