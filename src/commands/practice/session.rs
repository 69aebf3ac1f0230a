//! A session with the person at the keyboard: question, answer, critique, and what comes next.

use super::Practice;
use super::plan::{Focus, next_question};
use crate::answer::Answer;
use crate::attempt::{AttemptId, Origin, Outline};
use crate::bank::Rubric;
use crate::cli::PracticeArgs;
use crate::error::{Exit, Result};
use crate::follow_up::weakest;
use crate::schedule::Schedule;
use crate::score::Grade;
use crate::session::{Pen, Session, Sheet, Talk, Timing, take_interrupts};
use crate::terminal::{
    Choice, choose_letter, has_editor, questions, render_comparison, render_levels, render_model_answer,
    render_question, render_session, sanitised, spoken_day,
};

/// A session, and what can be asked in it.
struct Practising<'a> {
    session: Session<'a>,
    questions: Vec<&'a Rubric>,
    focus: Focus,
}

/// What follows a question.
enum Next {
    Another,
    Done(Exit),
}

/// What the user does with a draft that an earlier session left behind.
#[derive(Debug, Clone, Copy)]
enum Offer {
    GoOn,
    Discard,
    Leave,
}

/// What the user does after a critique.
#[derive(Debug, Clone, Copy)]
enum Step {
    Revise(Pen),
    FollowUp,
    ModelAnswer,
    Why,
    Next,
    Quit,
}

/// What the user does after an empty answer.
#[derive(Debug, Clone, Copy)]
enum Again {
    Write,
    Next,
    Quit,
}

pub(super) async fn run(args: &PracticeArgs, practice: Practice<'_>) -> Result<Exit> {
    let focus = Focus::of(args, &practice.questions)?;
    let mut session = practice.context.session(practice.judge, practice.view.detail);
    session.pen = if args.editor { Pen::Editor } else { Pen::Lines };
    session.timing = if args.timer { Timing::CountedDown } else { Timing::Untimed };
    let mut practising = Practising { session, questions: practice.questions, focus };
    if practising.session.terminal.can_ask() {
        take_interrupts().await;
    }
    let ended = practising.ask_questions(practice.named).await;
    practising.sum_up()?;
    match ended {
        Err(error) if error.exit() == Exit::Interrupted => Ok(Exit::Interrupted),
        ended => ended,
    }
}

impl<'a> Practising<'a> {
    async fn ask_questions(&mut self, named: Option<&'a Rubric>) -> Result<Exit> {
        let mut start = self.first_question(named)?;
        while let Some((rubric, sheet)) = start {
            start = match self.practise(rubric, sheet).await? {
                Next::Another => self.choose_question()?,
                Next::Done(exit) => return Ok(exit),
            };
        }
        Ok(Exit::Done)
    }

    /// The draft that was left behind, if the user goes on with it; else the named question; else one of a list.
    fn first_question(&mut self, named: Option<&'a Rubric>) -> Result<Option<(&'a Rubric, Sheet)>> {
        if let Some((rubric, sheet)) = self.left_behind(named)? {
            match self.offer(rubric, &sheet)? {
                Offer::GoOn => return Ok(Some((rubric, sheet))),
                Offer::Discard => sheet.discard(self.session.terminal),
                Offer::Leave => {}
            }
        }
        match named {
            Some(rubric) => Ok(Some((rubric, self.session.sheet(rubric)))),
            None => self.choose_question(),
        }
    }

    /// The newest draft that was left behind. One whose answer has its critique in the history is done with.
    fn left_behind(&self, named: Option<&'a Rubric>) -> Result<Option<(&'a Rubric, Sheet)>> {
        let among = named.map_or_else(|| self.questions.clone(), |rubric| vec![rubric]);
        let Some(drafts) = &self.session.drafts else {
            return Ok(None);
        };
        while let Some((question, draft)) = drafts.latest(among.iter().map(|rubric| &rubric.id))? {
            if self.session.log.has_graded(question, draft.text().trim_end()) {
                draft.remove()?;
                continue;
            }
            let rubric = among.iter().find(|rubric| rubric.id == *question);
            return Ok(rubric.map(|rubric| (*rubric, Sheet::left_behind(rubric, draft))));
        }
        Ok(None)
    }

    /// A script that feeds lines to a session does not expect the question, so it is only told.
    fn offer(&self, rubric: &Rubric, sheet: &Sheet) -> Result<Offer> {
        let terminal = self.session.terminal;
        let words = sheet.text().split_whitespace().count();
        let found = format!("You left a draft of {words} words behind: {}", sanitised(&rubric.title));
        terminal.notice(&found);
        if !terminal.can_ask() {
            return Ok(Offer::Leave);
        }
        let choices = [
            Choice { key: 'c', label: "continue it", value: Offer::GoOn },
            Choice { key: 'l', label: "leave it for later", value: Offer::Leave },
            Choice { key: 'd', label: "discard it", value: Offer::Discard },
        ];
        Ok(choose_letter(terminal, &choices)?.unwrap_or(Offer::Leave))
    }

    fn choose_question(&mut self) -> Result<Option<(&'a Rubric, Sheet)>> {
        let chosen = next_question(&mut self.session, &self.questions, &self.focus)?;
        Ok(chosen.map(|rubric| (rubric, self.session.sheet(rubric))))
    }

    /// What the session came to, and when it goes on.
    fn sum_up(&mut self) -> Result<()> {
        let terminal = self.session.terminal;
        if self.session.log.noted().is_empty() {
            return Ok(());
        }
        let title = |outline: &Outline| {
            let rubric = self.questions.iter().find(|rubric| rubric.id == outline.question);
            rubric.map_or_else(|| outline.question.to_string(), |rubric| rubric.title.clone())
        };
        let text = render_session(self.session.log.noted(), &title, &self.session.view());
        terminal.print(&format!("\n{text}"))?;
        let outlines = self.session.log.outlines(terminal);
        let today = (self.session.clock)().day;
        let schedule = Schedule::new(&outlines, self.questions.iter().copied(), today);
        if let Some((day, count)) = schedule.next_day() {
            self.session.guide(&format!("Next: {} due {}.", questions(count), spoken_day(day, today)));
        }
        Ok(())
    }

    /// One question: ask, write, judge, and whatever the user does with the critique.
    async fn practise(&mut self, rubric: &'a Rubric, mut sheet: Sheet) -> Result<Next> {
        let ended = self.practise_on(rubric, &mut sheet).await;
        // The user moved on from a critique that is in the history, or from a blank page.
        if sheet.is_done() {
            sheet.discard(self.session.terminal);
        } else {
            sheet.say_where(self.session.terminal);
        }
        ended
    }

    async fn practise_on(&mut self, rubric: &'a Rubric, sheet: &mut Sheet) -> Result<Next> {
        self.session.terminal.print(&format!("\n{}\n", render_question(rubric, &self.session.view())))?;
        let mut taken = self.session.write(rubric, sheet, self.session.pen)?;
        let mut before: Option<(AttemptId, Grade)> = None;
        loop {
            if !Answer::has_words(sheet.text()) {
                match self.after_nothing()? {
                    Again::Write => taken += self.session.write(rubric, sheet, self.session.pen)?,
                    Again::Next => return Ok(Next::Another),
                    Again::Quit => return Ok(Next::Done(Exit::Done)),
                }
                continue;
            }
            let origin = before.as_ref().map_or(Origin::Asked, |(id, _)| Origin::RevisionOf(id.clone()));
            let given = self.session.given(sheet.text(), taken, origin);
            let Some(assessed) = self.session.assess(rubric, &given).await? else {
                return Ok(Next::Done(Exit::Failed));
            };
            sheet.settle(assessed.kept);
            self.compare(rubric, before.as_ref(), &assessed.grade)?;
            let attempt = assessed.attempt.clone();
            let grade = assessed.grade.clone();
            let mut talk = Talk { said: given.answer.clone(), assessed };
            while sheet.text() == given.answer {
                match self.after_critique(rubric, &talk.assessed.grade)? {
                    Step::Revise(pen) => taken = self.session.revise(rubric, sheet, pen)?,
                    Step::FollowUp => self.session.ask_on(rubric, &mut talk).await?,
                    Step::Next => return Ok(Next::Another),
                    Step::Quit => return Ok(Next::Done(Exit::Done)),
                    Step::ModelAnswer | Step::Why => {}
                }
            }
            before = Some((attempt, grade));
        }
    }

    fn after_nothing(&self) -> Result<Again> {
        let terminal = self.session.terminal;
        terminal.notice("There is nothing to judge yet. A rough answer is enough to learn from.");
        let choices = [
            Choice { key: 'w', label: "write", value: Again::Write },
            Choice { key: 'n', label: "next question", value: Again::Next },
            Choice { key: 'q', label: "quit", value: Again::Quit },
        ];
        Ok(choose_letter(terminal, &choices)?.unwrap_or(Again::Quit))
    }

    fn compare(&self, rubric: &Rubric, before: Option<&(AttemptId, Grade)>, after: &Grade) -> Result<()> {
        match before {
            Some((_, before)) => {
                let table = render_comparison(rubric, before, after, &self.session.view());
                self.session.terminal.print(&format!("\n{table}"))
            }
            None => Ok(()),
        }
    }

    fn after_critique(&self, rubric: &Rubric, grade: &Grade) -> Result<Step> {
        let terminal = self.session.terminal;
        let mut choices = vec![Choice { key: 'r', label: "revise", value: Step::Revise(Pen::Lines) }];
        if has_editor() {
            choices.push(Choice { key: 'e', label: "revise in editor", value: Step::Revise(Pen::Editor) });
        }
        if weakest(rubric, &grade.critique).is_some() {
            choices.push(Choice { key: 'f', label: "follow-up", value: Step::FollowUp });
        }
        choices.extend([
            Choice { key: 'm', label: "model answer", value: Step::ModelAnswer },
            Choice { key: 'w', label: "why", value: Step::Why },
            Choice { key: 'n', label: "next", value: Step::Next },
            Choice { key: 'q', label: "quit", value: Step::Quit },
        ]);
        self.session.guide("");
        let step = choose_letter(terminal, &choices)?.unwrap_or(Step::Quit);
        let view = self.session.view();
        match step {
            Step::ModelAnswer => terminal.print(&format!("\n{}", render_model_answer(rubric, &view)))?,
            Step::Why => terminal.print(&format!("\n{}", render_levels(rubric, &grade.critique, &view)))?,
            Step::Revise(_) | Step::FollowUp | Step::Next | Step::Quit => {}
        }
        Ok(step)
    }
}
