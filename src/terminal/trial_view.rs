//! The figures of a trial of rubrics, as tables that fit a terminal.

use super::View;
use super::agreement_view::{aligned, counted, estimate_line};
use super::layout::{Page, cut, one_line};
use super::view::Tone;
use crate::agreement::{Statistic, Undefined};
use crate::score::Band;
use crate::trial::report::{Figures, RubricReport};
use crate::trial::{Kind, Report, Verdict, WIDE_MARGIN};

/// Columns of the names of rubrics below which they get a line of their own.
const LEAST_NAME_COLUMNS: usize = 20;

/// In front of the ways in which mutations failed.
const CAUSE_INDENT: &str = "           ";

/// The heads of the table of rubrics, each as wide as its column.
const HEADS: [&str; 9] = ["same", "  ±1", "kappa", " MAE", "prec", " rec", "  F1", "order", "held"];

/// Rubrics, all of them together, and mutations by kind.
pub fn render_trial(report: &Report, view: &View) -> String {
    let mut page = Page::new(*view);
    let exemplars = counted(report.total.figures.exemplars, "exemplar");
    let head = format!("{}, {exemplars}", counted(report.rubrics.len(), "rubric"));
    page.paragraph("", Tone::Heading, &head);
    let judge = [Some(&report.judge), report.model.as_ref()].into_iter().flatten();
    let judge = judge.map(String::as_str).collect::<Vec<_>>().join(", ");
    page.paragraph("", Tone::Faint, &format!("judge: {judge}"));
    rubric_lines(&mut page, report, *view);
    total_lines(&mut page, &report.total.figures);
    order_lines(&mut page, report);
    mutation_lines(&mut page, &report.total.figures, *view);
    page.finish()
}

fn rubric_lines(page: &mut Page, report: &Report, view: View) {
    let heads = HEADS.join("  ");
    let room = page.columns().saturating_sub(heads.chars().count() + 4);
    let beside = room >= LEAST_NAME_COLUMNS;
    page.gap();
    let name_head = if beside { "  rubric" } else { "" };
    page.line(&format!("  {}", view.paint(Tone::Faint, &format!("{heads}{name_head}"))));
    let mut line = |name: &str, cells: &str| {
        if beside {
            page.line(&format!("  {cells}  {}", cut(name, room)));
        } else {
            page.line(&cut(name, page.columns()));
            page.line(&format!("  {cells}"));
        }
    };
    for rubric in &report.rubrics {
        line(&one_line(rubric.id.as_str()), &rubric_cells(rubric));
    }
    if report.rubrics.len() > 1 {
        line("all", &cells(&report.total.figures, ""));
    }
    page.gap();
    let legend = "same, ±1: share of levels equal to the author's, or one step off. kappa: quadratic-weighted. \
        MAE: mean absolute error in levels. prec, rec, F1: of flagged mistakes. order: strong > solid > weak in the \
        judge's mean scores. held: mutations that did what they may do. -: undefined; --json says why.";
    page.paragraph("", Tone::Faint, legend);
}

fn rubric_cells(rubric: &RubricReport) -> String {
    let order = match rubric.order.verdict {
        Verdict::Holds => "yes",
        Verdict::Fails => "no",
        Verdict::Incomplete => "-",
    };
    cells(&rubric.figures, order)
}

fn cells(figures: &Figures, order: &str) -> String {
    let level = |statistic| figures.of_levels(statistic).and_then(Result::ok);
    let mistakes = figures.mistakes.as_ref();
    let of_mistakes = |value: Result<f64, Undefined>| value.ok();
    let cells = [
        percent(level(Statistic::Exact)),
        percent(level(Statistic::WithinOne)),
        decimal(level(Statistic::WeightedKappa)),
        decimal(level(Statistic::MeanAbsoluteError)),
        decimal(mistakes.and_then(|it| of_mistakes(it.precision.value))),
        decimal(mistakes.and_then(|it| of_mistakes(it.recall.value))),
        decimal(mistakes.and_then(|it| of_mistakes(it.f1.value))),
        order.to_owned(),
        percent(figures.held()),
    ];
    let wide = |(cell, head): (&String, &str)| {
        let missing = head.chars().count().saturating_sub(cell.chars().count());
        format!("{}{cell}", " ".repeat(missing))
    };
    cells.iter().zip(HEADS).map(wide).collect::<Vec<_>>().join("  ")
}

/// A share in whole per cent, cut and not rounded: 100 % means all of them.
fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{}%", (100.0 * share + 1e-9).floor()))
}

fn decimal(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.2}"))
}

fn total_lines(page: &mut Page, figures: &Figures) {
    if figures.ungraded > 0 {
        let ungraded = format!("{} ungraded; counted nowhere below", counted(figures.ungraded, "exemplar"));
        page.heading(&ungraded);
    }
    if let Some(levels) = &figures.levels {
        page.heading(&format!("Levels ({})", counted(levels.ratings, "rating")));
        for (name, statistic) in [
            ("same level", Statistic::Exact),
            ("within one level", Statistic::WithinOne),
            ("weighted kappa", Statistic::WeightedKappa),
            ("mean absolute error", Statistic::MeanAbsoluteError),
            ("bias", Statistic::Bias),
        ] {
            if let Some(estimate) = levels.estimate(statistic) {
                estimate_line(page, name, statistic, estimate);
            }
        }
    }
    if let Some(mistakes) = &figures.mistakes {
        let counts = mistakes.counts;
        page.heading(&format!(
            "Mistakes ({} found, {} wrong, {} missed)",
            counts.both, counts.only_ours, counts.only_human
        ));
        for (name, estimate) in
            [("precision", &mistakes.precision), ("recall", &mistakes.recall), ("F1", &mistakes.f1)]
        {
            estimate_line(page, name, Statistic::Pearson, estimate);
        }
    }
    if let Some(estimate) = figures.score.as_ref().and_then(|score| score.estimate(Statistic::Pearson)) {
        page.heading("Scores");
        estimate_line(page, "Pearson's r", Statistic::Pearson, estimate);
    }
}

fn order_lines(page: &mut Page, report: &Report) {
    let total = &report.total;
    page.heading("Order");
    let rubrics = counted(report.rubrics.len(), "rubric");
    page.paragraph("  ", Tone::Plain, &format!("strong > solid > weak in {} of {rubrics}", total.ordered));
    for rubric in report.rubrics.iter().filter(|rubric| rubric.order.verdict == Verdict::Fails) {
        let means = Band::ALL.into_iter().filter_map(|band| Some((band, rubric.order.means.get(&band)?)));
        let means: Vec<String> = means.map(|(band, mean)| format!("{} {mean:.1}", band.name())).collect();
        let text = format!("not in {}: {}", one_line(rubric.id.as_str()), means.join(", "));
        page.paragraph("    ", Tone::Plain, &text);
    }
    if !total.incomplete.is_empty() {
        let ids: Vec<String> = total.incomplete.iter().map(|id| one_line(id.as_str())).collect();
        let text = format!("no graded exemplar has labels of one of these bands in {}", ids.join(", "));
        page.paragraph("    ", Tone::Plain, &text);
    }
    let pairs = &total.figures.pairs;
    let wrong = format!(
        "{} with labels at least {WIDE_MARGIN} points apart, {} of them the other way round",
        counted(pairs.wide, "pair"),
        pairs.discordant
    );
    page.paragraph("  ", Tone::Plain, &wrong);
    addressing_line(page, &total.figures);
}

fn addressing_line(page: &mut Page, figures: &Figures) {
    let addressing = figures.addressing;
    if addressing.graded == 0 {
        return;
    }
    let twins = figures.mutations.get(&Kind::RemarksRemoved);
    let twins = twins.map_or(String::new(), |it| format!("{} above the honest twin, ", it.failed));
    let exemplars = counted(addressing.graded, "exemplar");
    let text =
        format!("{exemplars} with remarks to the grader: {twins}{} above the labels", addressing.above_label);
    page.paragraph("  ", Tone::Plain, &text);
}

fn mutation_lines(page: &mut Page, figures: &Figures, view: View) {
    if figures.mutations.is_empty() {
        return;
    }
    page.heading("Mutations");
    let mut rows = vec![["tried", "held", "failed", "ungraded", ""].map(str::to_owned).to_vec()];
    for (kind, tally) in &figures.mutations {
        let counts = [tally.tried, tally.held, tally.failed, tally.ungraded].map(|count| count.to_string());
        rows.push(counts.into_iter().chain([kind.words().to_owned()]).collect());
    }
    let lines = aligned(&rows);
    page.line(&format!("  {}", view.paint(Tone::Faint, lines[0].trim_end())));
    for (line, tally) in lines[1..].iter().zip(figures.mutations.values()) {
        page.line(&format!("  {}", line.trim_end()));
        for (cause, count) in &tally.causes {
            page.paragraph(CAUSE_INDENT, Tone::Faint, &format!("{count}: {}", cause.words()));
        }
    }
}
