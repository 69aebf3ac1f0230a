//! One answer to a grade, interruptible; and to a critique on the screen as the judge works.

use crate::bank::Rubric;
use crate::critique::Rating;
use crate::error::Result;
use crate::judge::{Account, Judge, JudgeFailure, Judgement, Sighting};
use crate::score::Grade;
use crate::terminal::{
    Detail, Spinner, Terminal, View, render_closing, render_judges, render_paragraph, render_rating,
};

/// What came of judging an answer.
#[derive(Debug)]
pub enum Judged {
    /// A grade, who gave it and what it took.
    Graded(Box<Grade>, Box<Account>),
    /// No grade, which says nothing about the answer.
    Failed(Box<JudgeFailure>),
    /// Ctrl-C.
    Interrupted,
}

/// Judges `answer` until there is a grade or Ctrl-C is pressed; `watch` sees ratings as they are completed.
pub async fn judge_answer(
    judge: &Judge,
    rubric: &Rubric,
    answer: &str,
    watch: &mut (dyn FnMut(Sighting<'_>) + Send),
) -> Judged {
    tokio::select! {
        // In this order, so that Ctrl-C is listened for before the first request goes out.
        biased;
        _ = tokio::signal::ctrl_c() => Judged::Interrupted,
        judged = judge.critique(rubric, answer, watch) => match judged {
            Ok(Judgement { critique, spent, judge }) => {
                Judged::Graded(Box::new(Grade::new(rubric, critique)), Box::new(Account { judge, spent }))
            }
            Err(failure) => Judged::Failed(Box::new(failure)),
        },
    }
}

/// Judges `answer` and prints the critique: each rating as it is completed, the rest in the end. `note` gets the grade
/// before it is printed.
pub(super) async fn judge_on_screen(
    terminal: &Terminal,
    detail: Detail,
    judge: &Judge,
    rubric: &Rubric,
    answer: &str,
    note: &mut dyn FnMut(&Grade, &Account),
) -> Result<Judged> {
    // A screen may be resized while a model thinks.
    let view = || terminal.view().with_detail(detail);
    let spinner = spinner(terminal, judge);
    let mut shown: Vec<Rating> = Vec::new();
    let mut watch = |sighting: Sighting<'_>| {
        let text = sighting_text(view(), rubric, answer, &sighting, &mut shown);
        let print = || terminal.print(&text);
        // A screen that has gone away shows up when the rest of the critique is printed.
        let _ = spinner.as_ref().map_or_else(print, |spinner| spinner.aside(print));
    };
    let judged = judge_answer(judge, rubric, answer, &mut watch).await;
    drop(spinner);
    if let Judged::Graded(grade, account) = &judged {
        note(grade, account);
        terminal.print(&rest_of_critique(view(), rubric, grade, answer, &shown))?;
        terminal.print(&format!("\n{}", render_judges(&account.judge, &view())))?;
    }
    Ok(judged)
}

/// A model takes a while; the built-in judge is done before a spinner would be seen.
pub fn spinner(terminal: &Terminal, judge: &Judge) -> Option<Spinner> {
    let takes_a_while = judge.asks_a_model();
    takes_a_while.then(|| Spinner::start(terminal, &format!("{} is judging; Ctrl-C stops it", judge.name())))
}

/// What a sighting adds to the screen; `shown` are the ratings that are on it.
fn sighting_text(
    view: View,
    rubric: &Rubric,
    answer: &str,
    sighting: &Sighting<'_>,
    shown: &mut Vec<Rating>,
) -> String {
    match sighting {
        Sighting::Rating(rating) => {
            shown.push((*rating).clone());
            format!("{}\n", render_rating(rubric, rating, answer, &view))
        }
        Sighting::Restarted if shown.is_empty() => String::new(),
        Sighting::Restarted => {
            shown.clear();
            let line = "The judge's reply was no critique, so it starts over.";
            format!("{}\n", render_paragraph(line, &view))
        }
    }
}

/// What follows the ratings that are on the screen: all of them where none is, or where they were corrected since. The
/// score comes last, because a long critique pushes what comes first off the screen.
fn rest_of_critique(view: View, rubric: &Rubric, grade: &Grade, answer: &str, shown: &[Rating]) -> String {
    let closing = render_closing(rubric, grade, answer, &view);
    if shown == grade.critique.ratings {
        return closing;
    }
    let corrected = if shown.is_empty() {
        String::new()
    } else {
        let line = "The ratings were corrected while they were checked. The whole critique:";
        format!("{}\n", render_paragraph(line, &view))
    };
    let ratings = grade.critique.ratings.iter().map(|rating| render_rating(rubric, rating, answer, &view));
    format!("{corrected}{}\n{closing}", ratings.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::critique::Critique;

    fn rating(rubric: &Rubric, level: u8) -> Rating {
        Rating {
            id: rubric.criteria[0].id.clone(),
            level,
            reason: "A reason.".into(),
            advice: String::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            unfounded: false,
        }
    }

    fn grade(rubric: &Rubric, level: u8) -> Grade {
        Grade::new(rubric, Critique { ratings: vec![rating(rubric, level)], ..Critique::default() })
    }

    #[test]
    fn what_is_on_the_screen_is_not_printed_again_unless_it_was_corrected() {
        let bank = Bank::shipped().unwrap();
        let (rubric, view) = (bank.rubric("surprisal").unwrap(), View::plain(80));
        let rest = |level, shown: &[Rating]| rest_of_critique(view, rubric, &grade(rubric, level), "", shown);
        let whole = rest(1, &[]);
        assert!(whole.find("A reason.") < whole.find("Score "), "{whole}");
        let closing = rest(1, &[rating(rubric, 1)]);
        assert!(!closing.contains("A reason.") && closing.contains("Score "), "{closing}");
        let corrected = rest(0, &[rating(rubric, 1)]);
        assert!(corrected.starts_with("The ratings were corrected") && corrected.contains("A reason."));
    }

    #[test]
    fn a_judge_that_starts_over_says_so_once_something_was_shown() {
        let bank = Bank::shipped().unwrap();
        let (rubric, view) = (bank.rubric("surprisal").unwrap(), View::plain(80));
        let mut shown = Vec::new();
        assert_eq!(sighting_text(view, rubric, "", &Sighting::Restarted, &mut shown), "");
        let seen = rating(rubric, 1);
        let text = sighting_text(view, rubric, "", &Sighting::Rating(&seen), &mut shown);
        assert!(text.contains("1 of ") && shown.len() == 1, "{text}");
        let text = sighting_text(view, rubric, "", &Sighting::Restarted, &mut shown);
        assert!(text.contains("starts over") && shown.is_empty(), "{text}");
    }
}
