//! What a session asks next: what is due, or what the flags want, and the user's choice among all.

use std::collections::BTreeSet;

use crate::bank::Rubric;
use crate::cli::PracticeArgs;
use crate::error::{Error, Result};
use crate::nearest::nearest_three;
use crate::schedule::{Schedule, Suggestion};
use crate::session::Session;
use crate::terminal::{Entry, choose, questions, render_suggestions, spoken_day};

/// What the session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Focus {
    /// What is due.
    Due,
    /// Questions that were never answered.
    New,
    /// Questions whose last answer was below solid.
    Weak,
    /// Questions that look for the mistake of this id.
    Mistake(String),
}

impl Focus {
    /// What the flags ask for. A mistake that no question looks for is an error that names the nearest ones.
    pub(super) fn of(args: &PracticeArgs, rubrics: &[&Rubric]) -> Result<Self> {
        match &args.mistake {
            Some(id) if rubrics.iter().any(|rubric| rubric.mistake(id).is_some()) => {
                Ok(Self::Mistake(id.clone()))
            }
            Some(id) => Err(unknown_mistake(id, rubrics)),
            None if args.new => Ok(Self::New),
            None if args.weak => Ok(Self::Weak),
            None => Ok(Self::Due),
        }
    }
}

fn unknown_mistake(id: &str, rubrics: &[&Rubric]) -> Error {
    let known: BTreeSet<&str> =
        rubrics.iter().flat_map(|rubric| &rubric.mistakes).map(|mistake| mistake.id.as_str()).collect();
    let hint = match nearest_three(id, known).as_slice() {
        [] => "`coach progress` lists the mistakes that you made".to_owned(),
        near => {
            format!("did you mean {}? `coach progress` lists the mistakes that you made", near.join(" or "))
        }
    };
    Error::misused(format!("no question looks for a mistake \"{id}\"")).hint(hint)
}

/// Shows what to ask next and why, and lets the user choose; `None` when they choose nothing.
pub(super) fn next_question<'a>(
    session: &mut Session<'a>,
    rubrics: &[&'a Rubric],
    focus: &Focus,
) -> Result<Option<&'a Rubric>> {
    let outlines = session.log.outlines(session.terminal);
    let schedule = Schedule::new(&outlines, rubrics.iter().copied(), (session.clock)().day);
    let mut suggestions = match focus {
        Focus::Due => schedule.due(),
        Focus::New => schedule.new_questions(),
        Focus::Weak => schedule.weak(),
        Focus::Mistake(id) => schedule.drill(id),
    };
    // Who has just answered a question wants another one.
    suggestions.retain(|it| session.log.noted().iter().all(|noted| noted.question != it.rubric.id));
    show(session, &schedule, focus, &suggestions)?;
    let others = match focus {
        Focus::Due => rest(&schedule, rubrics, &suggestions),
        Focus::New | Focus::Weak | Focus::Mistake(_) => Vec::new(),
    };
    let entries: Vec<(&'a Rubric, Entry)> = suggestions
        .iter()
        .map(|it| (it.rubric, entry(it.rubric, focus)))
        .chain(others.into_iter().map(|rubric| (rubric, entry(rubric, &Focus::New))))
        .collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let (rubrics, entries): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
    let chosen = choose(session.terminal, "Which question?", &entries)?;
    Ok(chosen.map(|index| rubrics[index]))
}

/// Every question that is not suggested: those never answered first, the easiest of them first.
fn rest<'a>(
    schedule: &Schedule<'a>,
    rubrics: &[&'a Rubric],
    suggestions: &[Suggestion<'a>],
) -> Vec<&'a Rubric> {
    let new: Vec<&'a Rubric> = schedule.new_questions().iter().map(|it| it.rubric).collect();
    let is_in = |list: &[&'a Rubric], rubric: &Rubric| list.iter().any(|other| other.id == rubric.id);
    let suggested: Vec<&'a Rubric> = suggestions.iter().map(|it| it.rubric).collect();
    let answered = rubrics.iter().copied().filter(|rubric| !is_in(&new, rubric));
    new.iter().copied().chain(answered).filter(|rubric| !is_in(&suggested, rubric)).collect()
}

fn show(
    session: &Session<'_>,
    schedule: &Schedule<'_>,
    focus: &Focus,
    suggestions: &[Suggestion<'_>],
) -> Result<()> {
    if suggestions.is_empty() {
        session.guide(&nothing(schedule, focus));
        return Ok(());
    }
    let count = questions(suggestions.len());
    let heading = match focus {
        Focus::Due => format!("Due today: {count}"),
        // All are new to a newcomer, and the list below shows them.
        Focus::New if schedule.is_blank() => return Ok(()),
        Focus::New => format!("New to you: {count}"),
        Focus::Weak => format!("Below solid: {count}"),
        Focus::Mistake(id) => format!("Drill {id}: {count}"),
    };
    session.terminal.print(&format!("\n{}\n", render_suggestions(&heading, suggestions, &session.view())))
}

fn nothing(schedule: &Schedule<'_>, focus: &Focus) -> String {
    match (focus, schedule.next_day()) {
        (Focus::Due, _) if schedule.is_blank() => {
            "You have no answers yet. Choose a question; what you miss comes back when it is due.".to_owned()
        }
        (Focus::Due, None) => "Nothing is due.".to_owned(),
        (Focus::Due, Some((day, count))) => {
            let when = spoken_day(day, schedule.today());
            format!("Nothing is due now; {} {when}. Choose any question.", questions(count))
        }
        (Focus::New, _) => "There is no question left that you never answered.".to_owned(),
        (Focus::Weak, _) => "There is no question left whose last answer was below solid.".to_owned(),
        (Focus::Mistake(_), _) => "You have answered every question that looks for this mistake.".to_owned(),
    }
}

/// A line of the list of questions.
fn entry(rubric: &Rubric, focus: &Focus) -> Entry {
    let due = match focus {
        Focus::Due => ", due",
        Focus::New | Focus::Weak | Focus::Mistake(_) => "",
    };
    let (topic, difficulty, minutes) = (&rubric.topic, rubric.difficulty.name(), rubric.minutes);
    let text = format!("{}  ({topic}, {difficulty}, {minutes} min{due})", rubric.title);
    Entry { id: rubric.id.to_string(), text }
}
