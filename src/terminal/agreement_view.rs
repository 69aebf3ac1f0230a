//! How closely two raters match, as tables that fit a terminal.

use super::View;
use super::layout::{Page, columns_of, cut, one_line, padded};
use super::view::Tone;
use crate::agreement::{
    Agreement, Comparison, CriterionAgreement, Difference, Estimate, Ids, LeftOut, MistakeAgreement,
    Statistic, WithinQuestion,
};

/// Mistakes of which a table is shown, those that were named most often first; `--json` has all.
const MOST_MISTAKES: usize = 10;

/// Columns of an id in a table after which it is cut.
const ID_COLUMNS: usize = 36;

/// Counts, every statistic with its interval, criteria, mistakes, and the answers furthest apart.
pub fn render_agreement(agreement: &Agreement, view: &View) -> String {
    let mut page = Page::new(*view);
    head_lines(&mut page, agreement);
    if let Some(score) = &agreement.score {
        page.heading(&format!("Score, 0 to 100 ({})", counted(score.answers, "answer")));
        comparison_lines(&mut page, score, "band");
        if let Some(within) = &agreement.within_question {
            within_lines(&mut page, within);
        }
    }
    if let Some(levels) = &agreement.levels {
        let ratings = counted(levels.ratings, "rating");
        page.heading(&format!("Levels, all criteria ({ratings} of {})", counted(levels.answers, "answer")));
        comparison_lines(&mut page, levels, "level");
    }
    criteria_lines(&mut page, &agreement.criteria, *view);
    if let Some(mistakes) = &agreement.mistakes {
        mistake_lines(&mut page, mistakes);
    }
    difference_lines(&mut page, &agreement.furthest_apart, *view);
    page.gap();
    let method = format!(
        "In brackets: 95 % of {} resamples of the answers lie between the two (percentile bootstrap, fixed seed). \
         Bias is judge less human.",
        agreement.resamples
    );
    page.paragraph("", Tone::Faint, &method);
    page.finish()
}

fn head_lines(page: &mut Page, agreement: &Agreement) {
    let judges: Vec<&str> = agreement.judges.iter().map(String::as_str).collect();
    let head = format!("{} rated by both a human and the judge", counted(agreement.answers, "answer"));
    page.paragraph("", Tone::Heading, &head);
    page.paragraph("", Tone::Faint, &format!("judge: {}", judges.join("; ")));
    let LeftOut { ungraded, only_in_grades, only_in_human, not_rated, repeated } = &agreement.left_out;
    for (ids, what) in [
        (ungraded, "ungraded, which says nothing about the answer"),
        (not_rated, "graded, but not rated by a human"),
        (only_in_grades, "only in the grades"),
        (only_in_human, "only in the human ratings"),
        (repeated, "repeated in the human ratings; the first one counts"),
    ] {
        if ids.count > 0 {
            page.paragraph("  ", Tone::Plain, &format!("left out: {} {what}: {}", ids.count, named(ids)));
        }
    }
    if agreement.scores_from_levels > 0 {
        let from = counted(agreement.scores_from_levels, "answer");
        page.paragraph(
            "  ",
            Tone::Plain,
            &format!("scores of {from} are from levels alone, without penalties"),
        );
    }
}

fn named(ids: &Ids) -> String {
    let more = if ids.count > ids.first.len() { ", ..." } else { "" };
    format!("{}{more}", ids.first.iter().map(|id| one_line(id)).collect::<Vec<_>>().join(", "))
}

pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Columns of the names of statistics.
const NAME_COLUMNS: usize = 28;

fn comparison_lines(page: &mut Page, comparison: &Comparison, step: &str) {
    for (statistic, estimate) in &comparison.estimates {
        let name = match statistic {
            Statistic::Pearson => "Pearson's r".to_owned(),
            Statistic::Spearman => "Spearman's rho".to_owned(),
            Statistic::Icc => "ICC(2,1)".to_owned(),
            Statistic::MeanAbsoluteError => "mean absolute error".to_owned(),
            Statistic::Bias => "bias".to_owned(),
            Statistic::Exact => format!("same {step}"),
            Statistic::WithinOne => format!("within one {step}"),
            Statistic::Kappa => format!("Cohen's kappa, {step}s"),
            Statistic::WeightedKappa => format!("weighted kappa, {step}s"),
        };
        estimate_line(page, &name, *statistic, estimate);
    }
}

fn within_lines(page: &mut Page, within: &WithinQuestion) {
    estimate_line(page, "Pearson's r within question", Statistic::Pearson, &within.pearson);
    if within.pearson.value.is_err() {
        return;
    }
    let without = match within.undefined_questions {
        0 => String::new(),
        undefined => format!("; {undefined} have too few or equal ratings"),
    };
    let note = format!("mean over {}{without}", counted(within.questions, "question"));
    page.paragraph(&" ".repeat(NAME_COLUMNS + 4), Tone::Faint, &note);
}

pub(super) fn estimate_line(page: &mut Page, name: &str, statistic: Statistic, estimate: &Estimate) {
    let head = format!("  {}  ", padded(name, NAME_COLUMNS));
    let text = match (&estimate.value, &estimate.interval) {
        (Err(undefined), _) => format!("undefined: {undefined}"),
        (Ok(value), None) => figure(statistic, *value),
        (Ok(value), Some(interval)) => {
            let (low, high) = (figure(statistic, interval.low), figure(statistic, interval.high));
            format!("{} [{low}, {high}]", figure(statistic, *value))
        }
    };
    page.paragraph(&head, Tone::Plain, &text);
}

/// A value in the form that its statistic has: shares in per cent, differences with one or two decimals.
pub(super) fn figure(statistic: Statistic, value: f64) -> String {
    match statistic {
        Statistic::Pearson
        | Statistic::Spearman
        | Statistic::Icc
        | Statistic::Kappa
        | Statistic::WeightedKappa => plain(value, 3),
        Statistic::Bias if value > 0.0 => format!("+{}", plain(value, 2)),
        Statistic::MeanAbsoluteError | Statistic::Bias => plain(value, 2),
        Statistic::Exact | Statistic::WithinOne => format!("{} %", plain(100.0 * value, 1)),
    }
}

/// A number without the sign of one that is rounded to 0.
fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero { text.replace('-', "") } else { text }
}

/// What the table of criteria shows of each; the rest is in `--json`.
const CRITERION_COLUMNS: [(&str, Statistic); 4] = [
    ("r", Statistic::Pearson),
    ("bias", Statistic::Bias),
    ("same", Statistic::Exact),
    ("weighted kappa", Statistic::WeightedKappa),
];

pub(super) fn criteria_lines(page: &mut Page, criteria: &[CriterionAgreement], view: View) {
    if criteria.is_empty() {
        return;
    }
    page.heading("Criteria (- where undefined; --json says why)");
    let head = ["n"].into_iter().chain(CRITERION_COLUMNS.map(|it| it.0)).chain(["criterion"]);
    let mut rows: Vec<Vec<String>> = vec![head.map(str::to_owned).collect()];
    rows.extend(criteria.iter().map(criterion_cells));
    let lines = aligned(&rows);
    let head = cut(&format!("    {}", lines[0].trim_end()), page.columns());
    page.line(&view.paint(Tone::Faint, &head));
    let mut question = None;
    for (criterion, line) in criteria.iter().zip(&lines[1..]) {
        if question != Some(&criterion.question) {
            question = Some(&criterion.question);
            let name = criterion.question.as_ref().map_or("no question named", |id| id.as_str());
            page.paragraph("  ", Tone::Plain, &one_line(name));
        }
        page.line(&cut(&format!("    {}", line.trim_end()), page.columns()));
    }
}

fn criterion_cells(criterion: &CriterionAgreement) -> Vec<String> {
    let cell = |(_, statistic): (&str, Statistic)| match criterion.comparison.estimate(statistic) {
        Some(Estimate { value: Ok(value), interval: Some(interval) })
            if statistic == Statistic::WeightedKappa =>
        {
            let [value, low, high] = [*value, interval.low, interval.high].map(|it| figure(statistic, it));
            format!("{value} [{low}, {high}]")
        }
        Some(Estimate { value: Ok(value), .. }) => figure(statistic, *value),
        Some(_) | None => "-".to_owned(),
    };
    let count = criterion.comparison.ratings.to_string();
    let name = one_line(criterion.criterion.as_str());
    [count].into_iter().chain(CRITERION_COLUMNS.map(cell)).chain([name]).collect()
}

/// Rows of cells as lines, each column as wide as its widest cell.
pub(super) fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| columns_of(cell)).max().unwrap_or(0)
        })
        .collect();
    rows.iter()
        .map(|row| {
            row.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect::<Vec<_>>().join("  ")
        })
        .collect()
}

fn mistake_lines(page: &mut Page, mistakes: &MistakeAgreement) {
    let counts = mistakes.counts;
    page.heading(&format!("Mistakes ({})", counted(mistakes.answers, "answer")));
    for (name, estimate) in
        [("precision", &mistakes.precision), ("recall", &mistakes.recall), ("F1", &mistakes.f1)]
    {
        estimate_line(page, name, Statistic::Pearson, estimate);
    }
    let all = format!(
        "{} by both, {} by the judge alone, {} by the human alone",
        counts.both, counts.only_ours, counts.only_human
    );
    page.paragraph("  ", Tone::Plain, &all);
    let mut named: Vec<_> = mistakes.by_mistake.iter().collect();
    named.sort_by_key(|(_, it)| std::cmp::Reverse(it.both + it.only_ours + it.only_human));
    for (id, it) in named.iter().take(MOST_MISTAKES) {
        let text = format!("{id}: {} both, {} judge, {} human", it.both, it.only_ours, it.only_human);
        page.paragraph("    ", Tone::Plain, &text);
    }
}

fn difference_lines(page: &mut Page, differences: &[Difference], view: View) {
    if differences.is_empty() {
        return;
    }
    page.heading("Furthest apart");
    let short = |id: &str| cut(&one_line(id), ID_COLUMNS);
    let mut rows = vec![["human", "judge", "difference", "answer"].map(str::to_owned).to_vec()];
    rows.extend(differences.iter().map(|it| {
        let figures = [it.human, it.ours].map(|points| format!("{points:.1}"));
        let question = it.question.as_ref().map_or(String::new(), |id| format!(" ({})", short(id.as_str())));
        let [human, ours] = figures;
        let sign = if it.difference > 0.0 { "+" } else { "" };
        vec![human, ours, format!("{sign}{:.1}", it.difference), format!("{}{question}", short(&it.id))]
    }));
    for (number, line) in aligned(&rows).iter().enumerate() {
        let tone = if number == 0 { Tone::Faint } else { Tone::Plain };
        page.line(&format!("  {}", view.paint(tone, line.trim_end())));
    }
}
