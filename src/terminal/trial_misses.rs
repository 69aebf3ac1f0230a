//! Everything in which a judge differs from the author of a rubric, exemplar by exemplar.

use super::View;
use super::agreement_view::criteria_lines;
use super::layout::Page;
use super::view::{Detail, Tone};
use crate::score::Score;
use crate::trial::report::{Failure, RubricReport};
use crate::trial::{Discordant, ExemplarReport, LevelMiss, Report, Violation};

/// Where not everything is wanted, so many failed mutations of a rubric are shown.
const MOST_FAILURES: usize = 10;

/// The agreement on each criterion, and the levels, mistakes, pairs and mutations of each rubric that differ from what its author expects. In full
/// detail every one with its evidence; else those off by one step only in a line.
pub fn render_misses(report: &Report, view: &View) -> String {
    let mut page = Page::new(*view);
    for rubric in &report.rubrics {
        rubric_lines(&mut page, rubric, *view);
    }
    let text = page.finish();
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn rubric_lines(page: &mut Page, rubric: &RubricReport, view: View) {
    let differs = |it: &&ExemplarReport| {
        it.ungraded.is_some() || !(it.levels.is_empty() && it.missed.is_empty() && it.wrong.is_empty())
    };
    criteria_lines(page, &rubric.criteria, view);
    page.heading(&format!("{}: what differs from its author", rubric.id));
    let exemplars: Vec<&ExemplarReport> = rubric.exemplars.iter().filter(differs).collect();
    if exemplars.is_empty() {
        page.paragraph("  ", Tone::Good, "Every exemplar got its author's levels and mistakes.");
    }
    for exemplar in exemplars {
        exemplar_lines(page, exemplar, view);
    }
    for pair in &rubric.discordant {
        pair_lines(page, pair);
    }
    failure_lines(page, &rubric.failures, view);
}

fn exemplar_lines(page: &mut Page, exemplar: &ExemplarReport, view: View) {
    page.gap();
    page.paragraph("  ", Tone::Heading, &exemplar.name);
    let expected = exemplar.expected.points();
    match (&exemplar.score, &exemplar.ungraded) {
        (Some(score), _) => {
            let scores = format!("score: expected {expected:.1}, got {:.1}", score.points());
            page.paragraph("    ", Tone::Faint, &scores);
        }
        (None, Some(reason)) => page.paragraph("    ", Tone::Fair, &format!("ungraded: {}", reason.message)),
        (None, None) => {}
    }
    let shown_whole = |miss: &&LevelMiss| view.detail == Detail::Full || miss.steps() > 1;
    for miss in exemplar.levels.iter().filter(shown_whole) {
        let text = format!("{}: expected {}, got {}", miss.criterion, miss.expected, miss.got);
        page.paragraph("    ", Tone::Plain, &text);
        quotations(page, &miss.evidence);
    }
    let near: Vec<String> = exemplar
        .levels
        .iter()
        .filter(|miss| !shown_whole(miss))
        .map(|miss| format!("{} {} for {}", miss.criterion, miss.got, miss.expected))
        .collect();
    if !near.is_empty() {
        page.paragraph("    ", Tone::Faint, &format!("one step off: {}", near.join(", ")));
    }
    for mistake in &exemplar.missed {
        page.paragraph("    ", Tone::Plain, &format!("mistake missed: {mistake}"));
    }
    for wrong in &exemplar.wrong {
        page.paragraph("    ", Tone::Plain, &format!("mistake wrongly flagged: {}", wrong.mistake));
        quotations(page, wrong.evidence.as_slice());
    }
}

fn quotations(page: &mut Page, quotes: &[String]) {
    for quote in quotes {
        page.paragraph("      ", Tone::Quotation, &format!("“{quote}”"));
    }
}

fn pair_lines(page: &mut Page, pair: &Discordant) {
    page.gap();
    page.paragraph("  ", Tone::Heading, "Two exemplars the other way round");
    for (name, at) in [(&pair.better, 0), (&pair.worse, 1)] {
        let [expected, got] = [pair.expected[at], pair.got[at]].map(Score::points);
        page.paragraph("    ", Tone::Plain, &format!("{name}: expected {expected:.1}, got {got:.1}"));
    }
}

fn failure_lines(page: &mut Page, failures: &[Failure], view: View) {
    if failures.is_empty() {
        return;
    }
    page.gap();
    page.paragraph("  ", Tone::Heading, "Mutations that failed");
    let most = if view.detail == Detail::Full { failures.len() } else { MOST_FAILURES };
    for failure in failures.iter().take(most) {
        let what = format!("{}: {}", failure.exemplar, failure.kind.words());
        page.paragraph("    ", Tone::Plain, &what);
        page.paragraph("      ", Tone::Quotation, &format!("“{}”", failure.change));
        for violation in &failure.violations {
            violation_lines(page, violation);
        }
    }
    if failures.len() > most {
        let more = format!("and {} more; --verbose shows all", failures.len() - most);
        page.paragraph("    ", Tone::Faint, &more);
    }
}

fn violation_lines(page: &mut Page, violation: &Violation) {
    let about = violation.about.as_deref().unwrap_or("score");
    let text = format!("{about}: expected {}, got {}", violation.expected, violation.got);
    page.paragraph("      ", Tone::Plain, &text);
    for quote in &violation.evidence {
        page.paragraph("        ", Tone::Quotation, &format!("“{quote}”"));
    }
}
