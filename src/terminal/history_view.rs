//! Attempts of the past: the list of them, and one with its critique.

use super::critique_view::render_critique;
use super::judges_view::judge_lines;
use super::layout::{Page, columns_of, cut, one_line, padded};
use super::summary_view::spoken_seconds;
use super::view::{Detail, Tone, View};
use crate::attempt::{Attempt, Origin, Outline};
use crate::bank::Rubric;
use crate::record::{GradedRecord, Status};

/// Blanks between two columns.
const GUTTER: &str = "  ";

/// What the bank knows today about the question of an attempt.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// It is judged now as it was then.
    As(&'a Rubric),
    /// Its rubric has changed since.
    Otherwise(&'a Rubric),
    /// It has no such question any more.
    Unknown,
}

/// A list of attempts with the titles of their questions, for a screen.
pub fn render_attempts(rows: &[(&Outline, Option<String>)], view: &View) -> String {
    let cells: Vec<[String; 5]> =
        rows.iter().map(|(outline, title)| cells(outline, title.as_deref())).collect();
    let widest = |column: usize| cells.iter().map(|row| columns_of(&row[column])).max().unwrap_or(0);
    let widths = [widest(0), widest(1), widest(2), widest(3)];
    let mut page = Page::new(*view);
    for [id, day, score, time, title] in &cells {
        let (id, score_width, time_width) = (padded(id, widths[0]), widths[2], widths[3]);
        let head = format!("{id}{GUTTER}{day}{GUTTER}{score:>score_width$}{GUTTER}{time:>time_width$}");
        let room = view.width.saturating_sub(columns_of(&head) + GUTTER.len());
        page.line(&format!("{}{GUTTER}{}", view.paint(Tone::Faint, &head), cut(title, room)));
    }
    page.finish()
}

/// The same list for a program: a line an attempt, cells parted by tabs; seconds and scores as plain numbers.
pub fn render_attempts_plain(rows: &[(&Outline, Option<String>)]) -> String {
    let line = |(outline, _): &(&Outline, Option<String>)| {
        let score = outline.marks.as_ref().map(|marks| format!("{:.1}", marks.score.points()));
        let cells = [
            outline.id.to_string(),
            outline.moment.at.to_string(),
            outline.moment.day.to_string(),
            score.unwrap_or_default(),
            outline.seconds.to_string(),
            one_line(outline.question.as_str()),
        ];
        cells.join("\t") + "\n"
    };
    rows.iter().map(line).collect()
}

fn cells(outline: &Outline, title: Option<&str>) -> [String; 5] {
    let score =
        outline.marks.as_ref().map_or("no grade".to_owned(), |marks| format!("{:.1}", marks.score.points()));
    let title = one_line(title.unwrap_or(outline.question.as_str()));
    [
        one_line(outline.id.as_str()),
        outline.moment.day.to_string(),
        score,
        spoken_seconds(outline.seconds),
        if outline.is_asked { title } else { format!("↳ {title}") },
    ]
}

/// One attempt: what was asked, the answer as it was given, and its critique.
pub fn render_attempt(attempt: &Attempt, asked: &Asked<'_>, view: &View) -> String {
    let mut page = Page::new(*view);
    let title = match asked {
        Asked::As(rubric) | Asked::Otherwise(rubric) => rubric.title.as_str(),
        Asked::Unknown => attempt.question.as_str(),
    };
    page.paragraph("", Tone::Heading, title);
    let time = spoken_seconds(attempt.seconds);
    let facts =
        format!("{}, {}, answered in {time}{}", attempt.id, attempt.moment.day, origin(&attempt.origin));
    page.paragraph("", Tone::Faint, &facts);
    if let Origin::FollowUp(follow_up) = &attempt.origin {
        page.labelled("", (Tone::Heading, "Follow-up:"), Tone::Plain, &follow_up.asked);
    }
    page.gap();
    page.prose("  ", &attempt.answer);
    page.gap();
    match &attempt.status {
        Status::Graded(graded) => critique_lines(&mut page, attempt, graded, asked, *view),
        Status::Ungraded { reason, .. } => {
            page.labelled("", (Tone::Fair, "No critique:"), Tone::Plain, &reason.message);
        }
    }
    page.finish()
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Asked => String::new(),
        Origin::RevisionOf(id) => format!(", a revision of {id}"),
        Origin::FollowUp(follow_up) => format!(", a reply that continues {}", follow_up.to),
    }
}

fn critique_lines(page: &mut Page, attempt: &Attempt, graded: &GradedRecord, asked: &Asked<'_>, view: View) {
    match asked {
        Asked::As(_) => {}
        Asked::Otherwise(_) => {
            let note = "The rubric has changed since. What it does not know any more is left out.";
            page.labelled("", (Tone::Fair, "Note:"), Tone::Plain, note);
        }
        Asked::Unknown => {
            let note = "The bank has no such question any more; `--json` shows the whole critique.";
            page.labelled("", (Tone::Fair, "Note:"), Tone::Plain, note);
        }
    }
    match (asked, view.detail) {
        (Asked::As(rubric) | Asked::Otherwise(rubric), _) => {
            for line in render_critique(rubric, &graded.grade(), &attempt.answer, &view).lines() {
                page.line(line);
            }
        }
        (Asked::Unknown, Detail::Usual | Detail::Full) => {
            page.line(&format!("Score {:.1} of 100, {}", graded.score.points(), graded.band.name()));
        }
        (Asked::Unknown, Detail::WordsOnly) => {}
    }
    page.gap();
    judge_lines(page, &graded.judge, view);
}
