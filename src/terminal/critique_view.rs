//! A grade as a candidate reads it: ratings first or as they come, then mistakes, then what to work on.
//!
//! Every quotation is taken from the answer itself at the place that the critique names; where the answer has
//! no such place, nothing is quoted.

use super::layout::{Page, columns_of, cut, one_line, padded};
use super::view::{Detail, Tone, View};
use crate::bank::{Criterion, Mistake, MistakeKind, Rubric};
use crate::critique::{Critique, Evidence, FlaggedMistake, Rating};
use crate::score::{Band, Grade, Score};

/// More quotations than this for one criterion hide the reason; `--verbose` shows all.
const QUOTATIONS_SHOWN: usize = 3;

/// Columns of a quotation after which it is cut; `--verbose` shows it whole.
const QUOTATION_COLUMNS: usize = 320;

/// Differences of points below this are rounding.
const NO_POINTS: f64 = 0.05;

/// The whole critique: score and band, each criterion, mistakes, flags, and what to work on first.
pub fn render_critique(rubric: &Rubric, grade: &Grade, answer: &str, view: &View) -> String {
    let mut page = Page::new(*view);
    score_lines(&mut page, rubric, grade, *view);
    for rating in &grade.critique.ratings {
        page.gap();
        rating_lines(&mut page, rubric, rating, answer, *view);
    }
    findings(&mut page, rubric, grade, answer, *view);
    page.gap();
    first_step(&mut page, rubric, &grade.critique, *view);
    page.finish()
}

/// One criterion's rating, as it is printed while the others are still to come.
pub fn render_rating(rubric: &Rubric, rating: &Rating, answer: &str, view: &View) -> String {
    let mut page = Page::new(*view);
    rating_lines(&mut page, rubric, rating, answer, *view);
    page.finish()
}

/// What follows ratings that were printed as they came: mistakes, flags, the score, and what to work on first.
pub fn render_closing(rubric: &Rubric, grade: &Grade, answer: &str, view: &View) -> String {
    let mut page = Page::new(*view);
    findings(&mut page, rubric, grade, answer, *view);
    page.gap();
    score_lines(&mut page, rubric, grade, *view);
    page.gap();
    first_step(&mut page, rubric, &grade.critique, *view);
    page.finish()
}

/// `■■■□`: one square a level, filled up to the level reached.
pub(super) fn bar(level: u8, max_level: u8) -> String {
    let filled = usize::from(level.min(max_level));
    "■".repeat(filled) + &"□".repeat(usize::from(max_level) - filled)
}

/// The tone of a share of what could be reached, 0 to 1, by the bands of the score.
pub(super) fn tone_of(share: f64) -> Tone {
    let points = 100.0 * share;
    if points >= crate::score::SOLID_FROM {
        Tone::Good
    } else if points >= crate::score::PARTIAL_FROM {
        Tone::Fair
    } else {
        Tone::Poor
    }
}

/// Points as people write them: no decimal where it is zero.
pub(super) fn points(points: f64) -> String {
    let text = format!("{points:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn score_lines(page: &mut Page, rubric: &Rubric, grade: &Grade, view: View) {
    let (score, band) = (grade.score, grade.score.band());
    let tone = tone_of(score.points() / 100.0);
    match view.detail {
        Detail::WordsOnly => {}
        Detail::Usual | Detail::Full => {
            let head = view.paint(Tone::Heading, &format!("Score {:.1} of 100", score.points()));
            page.line(&format!("{head}, {}", view.paint(tone, band.name())));
            penalty_line(page, rubric, grade);
        }
    }
    page.paragraph("", Tone::Plain, band_sentence(band));
}

/// How the mistakes changed the score, where they did.
fn penalty_line(page: &mut Page, rubric: &Rubric, grade: &Grade) {
    let count = grade.critique.mistakes.len();
    let without = Critique { mistakes: Vec::new(), ..grade.critique.clone() };
    let earned = Score::of(rubric, &without).points();
    let cost = earned - grade.score.points();
    if cost >= NO_POINTS {
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        let text = format!("{} for the criteria, less {} for {count} {noun}.", points(earned), points(cost));
        page.paragraph("", Tone::Faint, &text);
    }
}

fn band_sentence(band: Band) -> &'static str {
    match band {
        Band::Strong => "The answer covers nearly all that the rubric asks for.",
        Band::Solid => "The answer covers most of what the rubric asks for.",
        Band::Partial => {
            "The answer covers part of what the rubric asks for; an interviewer would probe the rest."
        }
        Band::Weak => "The answer covers little of what the rubric asks for so far.",
    }
}

fn rating_lines(page: &mut Page, rubric: &Rubric, rating: &Rating, answer: &str, view: View) {
    let Some(criterion) = rubric.criterion(rating.id.as_str()) else {
        return;
    };
    rating_head(page, rubric, criterion, rating, view);
    page.paragraph("  ", Tone::Plain, &rating.reason);
    if rating.unfounded {
        let text = "The judge quoted nothing that is in the answer, so its level was not believed.";
        page.paragraph("  ", Tone::Faint, text);
    }
    quotations(page, &rating.evidence, answer, view);
    if !rating.missing.is_empty() {
        page.paragraph("  ", Tone::Fair, "Missing:");
        for key_point in &rating.missing {
            page.paragraph("  - ", Tone::Plain, key_point);
        }
    }
    if !rating.advice.trim().is_empty() && !repeats_missing(rating) {
        page.labelled("  ", (Tone::Good, "Next:"), Tone::Plain, &rating.advice);
    }
    if view.detail == Detail::Full
        && let Some(descriptor) = criterion.levels.get(usize::from(rating.level))
    {
        page.labelled("  ", (Tone::Faint, "Level:"), Tone::Faint, descriptor);
    }
}

/// Advice that only says "say that" and a key point adds nothing to the list of what is missing.
fn repeats_missing(rating: &Rating) -> bool {
    // "Say that if the search ..." begins the key point in lower case.
    let advice = rating.advice.to_lowercase();
    rating.missing.iter().any(|key_point| advice.contains(key_point.to_lowercase().trim_end_matches('.')))
}

fn rating_head(page: &mut Page, rubric: &Rubric, criterion: &Criterion, rating: &Rating, view: View) {
    let max = criterion.max_level();
    let level = rating.level.min(max);
    let tone = tone_of(f64::from(level) / f64::from(max));
    let widest =
        rubric.criteria.iter().map(|criterion| columns_of(&mark(criterion.max_level(), criterion, view)));
    let mark = padded(&mark(level, criterion, view), widest.max().unwrap_or(0));
    let title = one_line(&criterion.title);
    let title = match view.detail {
        Detail::WordsOnly | Detail::Usual => title,
        Detail::Full => format!("{title} (weight {})", points(criterion.weight)),
    };
    // A title that does not fit is rare; cutting it keeps the titles in one column.
    let room = page.columns().saturating_sub(columns_of(&mark) + 2);
    let title = cut(&title, room);
    page.line(&format!("{}  {}", view.paint(tone, &mark), view.paint(Tone::Heading, &title)));
}

/// The level in front of a criterion's title, as bar and number or as a word.
fn mark(level: u8, criterion: &Criterion, view: View) -> String {
    let max = criterion.max_level();
    match view.detail {
        Detail::WordsOnly => format!("[{}]", covered(level, max)),
        Detail::Usual | Detail::Full => format!("{} {level} of {max}", bar(level, max)),
    }
}

/// A level in a word, for those who want no numbers.
pub(super) fn covered(level: u8, max_level: u8) -> &'static str {
    if level == 0 {
        "not yet"
    } else if level >= max_level {
        "covered"
    } else {
        "partly"
    }
}

fn quotations(page: &mut Page, evidence: &[Evidence], answer: &str, view: View) {
    let shown = match view.detail {
        Detail::WordsOnly | Detail::Usual => QUOTATIONS_SHOWN,
        Detail::Full => evidence.len(),
    };
    for found in evidence.iter().take(shown) {
        quotation(page, found, answer, view);
    }
    if evidence.len() > shown {
        page.paragraph("  ", Tone::Faint, &format!("and {} more quotations", evidence.len() - shown));
    }
}

/// The words of the answer at that place, in quotation marks; nothing where the answer has no such place.
fn quotation(page: &mut Page, evidence: &Evidence, answer: &str, view: View) {
    let Some(words) = answer.get(evidence.start..evidence.end).map(one_line) else {
        return;
    };
    let words = match view.detail {
        Detail::WordsOnly | Detail::Usual => cut(&words, QUOTATION_COLUMNS),
        Detail::Full => words,
    };
    if !words.is_empty() {
        page.paragraph("    ", Tone::Quotation, &format!("“{words}”"));
    }
}

/// Mistakes and flags.
fn findings(page: &mut Page, rubric: &Rubric, grade: &Grade, answer: &str, view: View) {
    if !grade.critique.mistakes.is_empty() {
        page.heading("Mistakes");
    }
    for flagged in &grade.critique.mistakes {
        if let Some(mistake) = rubric.mistake(flagged.id.as_str()) {
            page.gap();
            mistake_lines(page, mistake, flagged, answer, view);
        }
    }
    page.gap();
    for flag in &grade.critique.flags {
        page.labelled("", (Tone::Fair, "Note:"), Tone::Plain, flag.sentence());
    }
}

fn mistake_lines(page: &mut Page, mistake: &Mistake, flagged: &FlaggedMistake, answer: &str, view: View) {
    let cost = match view.detail {
        Detail::WordsOnly => String::new(),
        Detail::Usual | Detail::Full => format!(" (costs {} points)", points(mistake.penalty)),
    };
    page.paragraph("! ", Tone::Poor, &format!("{}{cost}", mistake.title));
    let how = match (flagged.kind, &flagged.evidence) {
        (MistakeKind::Said, Some(_)) => "You said:",
        (MistakeKind::Said, None) => "The answer says so as a whole.",
        (MistakeKind::Omitted, Some(_)) => "You left it out. The nearest you come:",
        (MistakeKind::Omitted, None) => "You left it out.",
    };
    page.paragraph("  ", Tone::Plain, how);
    if let Some(evidence) = &flagged.evidence {
        quotation(page, evidence, answer, view);
    }
    if !flagged.why.trim().is_empty() {
        page.labelled("  ", (Tone::Fair, "Why:"), Tone::Plain, &flagged.why);
    }
    if !flagged.advice.trim().is_empty() {
        page.labelled("  ", (Tone::Good, "Next:"), Tone::Plain, &flagged.advice);
    }
}

/// Where most of the missing points are: a criterion or a mistake.
enum Loss<'a> {
    Criterion(&'a Criterion, u8),
    Mistake(&'a Mistake),
}

fn first_step(page: &mut Page, rubric: &Rubric, critique: &Critique, view: View) {
    let Some((loss, cost)) = largest_loss(rubric, critique) else {
        page.paragraph("", Tone::Plain, "Nothing that this rubric asks for is missing.");
        return;
    };
    let title = match loss {
        Loss::Criterion(criterion, _) => &criterion.title,
        Loss::Mistake(mistake) => &mistake.title,
    };
    let share = match view.detail {
        Detail::WordsOnly => String::new(),
        Detail::Usual | Detail::Full => format!(" (up to {} points)", points(cost)),
    };
    page.labelled("", (Tone::Heading, "Work on first:"), Tone::Plain, &format!("{title}{share}"));
    match loss {
        Loss::Criterion(criterion, level) => {
            if let Some(next) = criterion.levels.get(usize::from(level) + 1) {
                page.labelled("  ", (Tone::Faint, "The next level:"), Tone::Plain, next);
            }
        }
        Loss::Mistake(mistake) => page.paragraph("  ", Tone::Plain, &mistake.description),
    }
}

/// The criterion or mistake that costs most; of several the first, criteria before mistakes.
fn largest_loss<'a>(rubric: &'a Rubric, critique: &Critique) -> Option<(Loss<'a>, f64)> {
    let weights: f64 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
    let criteria = critique.ratings.iter().filter_map(|rating| {
        let criterion = rubric.criterion(rating.id.as_str())?;
        let max = criterion.max_level();
        let open = f64::from(max - rating.level.min(max)) / f64::from(max);
        Some((Loss::Criterion(criterion, rating.level), 100.0 * criterion.weight * open / weights))
    });
    let mistakes = critique.mistakes.iter().filter_map(|flagged| {
        let mistake = rubric.mistake(flagged.id.as_str())?;
        Some((Loss::Mistake(mistake), mistake.penalty))
    });
    criteria.chain(mistakes).filter(|(_, lost)| *lost >= NO_POINTS).fold(
        None,
        |largest, loss| match largest {
            Some((_, most)) if most >= loss.1 => largest,
            Some(_) | None => Some(loss),
        },
    )
}

#[cfg(test)]
#[path = "critique_view_tests.rs"]
mod tests;
