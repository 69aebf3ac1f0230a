//! A session with the person at the keyboard: question, answer, critique, and what comes next.

use std::pin::pin;
use std::sync::Arc;

use futures::poll;

use super::judging::{Judged, judge_on_screen};
use super::sheet::Sheet;
use super::{Practice, drafts};
use crate::answer::Answer;
use crate::bank::Rubric;
use crate::cli::PracticeArgs;
use crate::error::{Error, Exit, Result};
use crate::judge::{Judge, JudgeFailure};
use crate::score::Grade;
use crate::store::Drafts;
use crate::terminal::{
    Choice, Entry, Start, Terminal, View, Written, choose, choose_letter, has_editor, read_answer,
    render_comparison, render_levels, render_model_answer, render_question, sanitised,
};

/// A session in progress.
struct Session<'a> {
    terminal: &'a Terminal,
    view: View,
    judge: Arc<Judge>,
    drafts: Option<Drafts>,
    pen: Pen,
    /// What can be asked.
    questions: Vec<&'a Rubric>,
}

/// What answers are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pen {
    /// Lines in the terminal.
    Lines,
    /// The user's editor.
    Editor,
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
    ModelAnswer,
    Why,
    Next,
    Quit,
}

/// What the user does when there is no critique.
#[derive(Debug, Clone, Copy)]
enum WayOut {
    Retry,
    BuiltIn,
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
    let mut session = Session {
        terminal: &practice.context.terminal,
        view: practice.view,
        judge: practice.judge,
        drafts: drafts(practice.context),
        pen: if args.editor { Pen::Editor } else { Pen::Lines },
        questions: practice.questions,
    };
    if session.terminal.can_ask() {
        take_interrupts().await;
    }
    match session.ask_questions(practice.named).await {
        Err(error) if error.exit() == Exit::Interrupted => Ok(Exit::Interrupted),
        ended => ended,
    }
}

/// From here on Ctrl-C no longer ends the program by itself: prompts give it back as an error, which lets them
/// leave the terminal as they found it, and judging waits for it.
async fn take_interrupts() {
    // The first poll registers; nothing waits yet.
    let _ = poll!(pin!(tokio::signal::ctrl_c()));
}

impl<'a> Session<'a> {
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
    fn first_question(&self, named: Option<&'a Rubric>) -> Result<Option<(&'a Rubric, Sheet)>> {
        if let Some((rubric, sheet)) = self.left_behind(named)? {
            match self.offer(rubric, &sheet)? {
                Offer::GoOn => return Ok(Some((rubric, sheet))),
                Offer::Discard => sheet.discard(self.terminal),
                Offer::Leave => {}
            }
        }
        match named {
            Some(rubric) => Ok(Some((rubric, Sheet::blank(rubric, self.drafts.as_ref())))),
            None => self.choose_question(),
        }
    }

    fn left_behind(&self, named: Option<&'a Rubric>) -> Result<Option<(&'a Rubric, Sheet)>> {
        let among = named.map_or_else(|| self.questions.clone(), |rubric| vec![rubric]);
        let Some(drafts) = &self.drafts else {
            return Ok(None);
        };
        let Some((question, draft)) = drafts.latest(among.iter().map(|rubric| &rubric.id))? else {
            return Ok(None);
        };
        let rubric = among.iter().find(|rubric| rubric.id == *question);
        Ok(rubric.map(|rubric| (*rubric, Sheet::left_behind(rubric, draft))))
    }

    /// A script that feeds lines to a session does not expect the question, so it is only told.
    fn offer(&self, rubric: &Rubric, sheet: &Sheet) -> Result<Offer> {
        let words = sheet.text().split_whitespace().count();
        let found = format!("You left a draft of {words} words behind: {}", sanitised(&rubric.title));
        self.terminal.notice(&found);
        if !self.terminal.can_ask() {
            return Ok(Offer::Leave);
        }
        let choices = [
            Choice { key: 'c', label: "continue it", value: Offer::GoOn },
            Choice { key: 'l', label: "leave it for later", value: Offer::Leave },
            Choice { key: 'd', label: "discard it", value: Offer::Discard },
        ];
        Ok(choose_letter(self.terminal, &choices)?.unwrap_or(Offer::Leave))
    }

    fn choose_question(&self) -> Result<Option<(&'a Rubric, Sheet)>> {
        let entries: Vec<Entry> = self.questions.iter().map(|rubric| entry(rubric)).collect();
        let chosen = choose(self.terminal, "Which question?", &entries)?;
        Ok(chosen.map(|index| {
            let rubric = self.questions[index];
            (rubric, Sheet::blank(rubric, self.drafts.as_ref()))
        }))
    }

    /// One question: ask, write, judge, and whatever the user does with the critique.
    async fn practise(&mut self, rubric: &'a Rubric, mut sheet: Sheet) -> Result<Next> {
        let ended = self.practise_on(rubric, &mut sheet).await;
        match &ended {
            // The critique was read and the user moves on.
            Ok(Next::Another | Next::Done(Exit::Done)) => sheet.discard(self.terminal),
            Ok(Next::Done(_)) | Err(_) => sheet.say_where(self.terminal),
        }
        ended
    }

    async fn practise_on(&mut self, rubric: &'a Rubric, sheet: &mut Sheet) -> Result<Next> {
        self.terminal.print(&format!("\n{}\n", render_question(rubric, &self.view)))?;
        self.write(sheet, self.pen)?;
        let mut before: Option<Grade> = None;
        loop {
            if !Answer::has_words(sheet.text()) {
                match self.after_nothing()? {
                    Again::Write => self.write(sheet, self.pen)?,
                    Again::Next => return Ok(Next::Another),
                    Again::Quit => return Ok(Next::Done(Exit::Done)),
                }
                continue;
            }
            let Some(grade) = self.judge(rubric, sheet.text()).await? else {
                return Ok(Next::Done(Exit::Failed));
            };
            self.compare(rubric, before.as_ref(), &grade)?;
            let judged = sheet.text().to_owned();
            while sheet.text() == judged {
                match self.after_critique(rubric, &grade)? {
                    Step::Revise(pen) => self.revise(sheet, pen)?,
                    Step::Next => return Ok(Next::Another),
                    Step::Quit => return Ok(Next::Done(Exit::Done)),
                    Step::ModelAnswer | Step::Why => {}
                }
            }
            before = Some(grade);
        }
    }

    /// Takes an answer, below what the sheet has already.
    fn write(&mut self, sheet: &mut Sheet, pen: Pen) -> Result<()> {
        let so_far = sheet.text().to_owned();
        match pen {
            Pen::Editor => self.edit(sheet),
            Pen::Lines if so_far.is_empty() => {
                self.guide("Write your answer. A line with only a dot ends it, and so does Ctrl-D.");
                self.write_lines(sheet, Start::Blank)
            }
            Pen::Lines => {
                self.guide("Your draft so far; go on below it. A line with only a dot ends it.");
                self.terminal.notice(&sanitised(&so_far));
                self.write_lines(sheet, Start::After(&so_far))
            }
        }
    }

    fn revise(&mut self, sheet: &mut Sheet, pen: Pen) -> Result<()> {
        let earlier = sheet.text().to_owned();
        match pen {
            Pen::Editor => self.edit(sheet)?,
            Pen::Lines => {
                self.guide(
                    "Your answer comes up line by line: change a line, empty it to drop it, Enter to go on.",
                );
                self.guide(
                    "New lines follow the last. A line with only a dot keeps the rest as it is and ends.",
                );
                self.write_lines(sheet, Start::Revising(&earlier))?;
            }
        }
        if sheet.text() == earlier {
            self.terminal.notice("The answer is as it was.");
        }
        Ok(())
    }

    fn write_lines(&self, sheet: &mut Sheet, start: Start<'_>) -> Result<()> {
        match read_answer(self.terminal, start, &mut |text| sheet.keep(text))? {
            Written::Finished(_) => Ok(()),
            Written::Interrupted => Err(Error::interrupted("interrupted")),
        }
    }

    /// An editor that does not work is no reason to lose the session: it goes on in the terminal.
    fn edit(&mut self, sheet: &mut Sheet) -> Result<()> {
        let Err(error) = sheet.edit() else {
            return Ok(());
        };
        self.terminal.explain(&error);
        self.pen = Pen::Lines;
        self.write(sheet, Pen::Lines)
    }

    /// A word to a person; a script needs none.
    fn guide(&self, line: &str) {
        if self.terminal.is_attended() {
            self.terminal.notice(line);
        }
    }

    /// Judges until there is a critique, or `None` when the user gives up on it.
    async fn judge(&mut self, rubric: &Rubric, answer: &str) -> Result<Option<Grade>> {
        self.terminal.print("\n")?;
        loop {
            match judge_on_screen(self.terminal, self.view, &self.judge, rubric, answer).await? {
                Judged::Graded(grade, _) => return Ok(Some(*grade)),
                Judged::Interrupted => return Err(Error::interrupted("interrupted")),
                Judged::Failed(failure) => match self.after_failure(&failure)? {
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

    fn after_nothing(&self) -> Result<Again> {
        self.terminal.notice("There is nothing to judge yet. A rough answer is enough to learn from.");
        let choices = [
            Choice { key: 'w', label: "write", value: Again::Write },
            Choice { key: 'n', label: "next question", value: Again::Next },
            Choice { key: 'q', label: "quit", value: Again::Quit },
        ];
        Ok(choose_letter(self.terminal, &choices)?.unwrap_or(Again::Quit))
    }

    fn compare(&self, rubric: &Rubric, before: Option<&Grade>, after: &Grade) -> Result<()> {
        match before {
            Some(before) => {
                let table = render_comparison(rubric, before, after, &self.view);
                self.terminal.print(&format!("\n{table}"))
            }
            None => Ok(()),
        }
    }

    fn after_critique(&self, rubric: &Rubric, grade: &Grade) -> Result<Step> {
        let mut choices = vec![Choice { key: 'r', label: "revise", value: Step::Revise(Pen::Lines) }];
        if has_editor() {
            choices.push(Choice { key: 'e', label: "revise in editor", value: Step::Revise(Pen::Editor) });
        }
        choices.extend([
            Choice { key: 'm', label: "model answer", value: Step::ModelAnswer },
            Choice { key: 'w', label: "why", value: Step::Why },
            Choice { key: 'n', label: "next", value: Step::Next },
            Choice { key: 'q', label: "quit", value: Step::Quit },
        ]);
        self.guide("");
        let step = choose_letter(self.terminal, &choices)?.unwrap_or(Step::Quit);
        let view = self.view;
        match step {
            Step::ModelAnswer => self.terminal.print(&format!("\n{}", render_model_answer(rubric, &view)))?,
            Step::Why => {
                self.terminal.print(&format!("\n{}", render_levels(rubric, &grade.critique, &view)))?;
            }
            Step::Revise(_) | Step::Next | Step::Quit => {}
        }
        Ok(step)
    }
}

/// A line of the list of questions.
fn entry(rubric: &Rubric) -> Entry {
    let text =
        format!("{}  ({}, {}, {} min)", rubric.title, rubric.topic, rubric.difficulty.name(), rubric.minutes);
    Entry { id: rubric.id.to_string(), text }
}
