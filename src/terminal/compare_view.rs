//! Two attempts at the same question side by side, criterion by criterion.

use std::cmp::Ordering;

use super::critique_view::{bar, covered};
use super::layout::{Page, columns_of, cut, one_line, padded};
use super::view::{Detail, Tone, View};
use crate::bank::{Criterion, MistakeId, Rubric};
use crate::critique::Critique;
use crate::score::Grade;

/// Blanks between two columns.
const GUTTER: usize = 2;

/// One line of the table: what is compared, the earlier, the later, and the change between them.
struct Row {
    title: String,
    before: String,
    after: String,
    change: String,
    tone: Tone,
}

/// What a second attempt changed: each criterion before and after, the score, mistakes gone and mistakes new.
pub fn render_comparison(rubric: &Rubric, before: &Grade, after: &Grade, view: &View) -> String {
    let mut rows: Vec<Row> = rubric
        .criteria
        .iter()
        .filter_map(|criterion| {
            let earlier = level(&before.critique, criterion)?;
            let later = level(&after.critique, criterion)?;
            Some(criterion_row(criterion, earlier, later, *view))
        })
        .collect();
    match view.detail {
        Detail::WordsOnly => {}
        Detail::Usual | Detail::Full => rows.push(score_row(before, after)),
    }
    let mut page = Page::new(*view);
    table(&mut page, &rows, *view);
    mistakes_line(&mut page, "Mistakes gone:", Tone::Good, rubric, &before.critique, &after.critique);
    mistakes_line(&mut page, "New mistakes:", Tone::Poor, rubric, &after.critique, &before.critique);
    page.finish()
}

fn level(critique: &Critique, criterion: &Criterion) -> Option<u8> {
    let rating = critique.ratings.iter().find(|rating| rating.id == criterion.id)?;
    Some(rating.level.min(criterion.max_level()))
}

fn criterion_row(criterion: &Criterion, before: u8, after: u8, view: View) -> Row {
    let max = criterion.max_level();
    let cell = |level: u8| match view.detail {
        Detail::WordsOnly => covered(level, max).to_owned(),
        Detail::Usual | Detail::Full => format!("{} {level}", bar(level, max)),
    };
    let (word, tone) = match after.cmp(&before) {
        Ordering::Less => ("lower", Tone::Poor),
        Ordering::Equal => ("same", Tone::Faint),
        Ordering::Greater => ("higher", Tone::Good),
    };
    let change = match view.detail {
        Detail::WordsOnly => word.to_owned(),
        Detail::Usual | Detail::Full if before == after => word.to_owned(),
        Detail::Usual | Detail::Full => format!("{:+}", i16::from(after) - i16::from(before)),
    };
    Row { title: one_line(&criterion.title), before: cell(before), after: cell(after), change, tone }
}

fn score_row(before: &Grade, after: &Grade) -> Row {
    let (earlier, later) = (before.score.points(), after.score.points());
    let (change, tone) = match later.partial_cmp(&earlier) {
        Some(Ordering::Less) => (format!("{:+.1}", later - earlier), Tone::Poor),
        Some(Ordering::Greater) => (format!("{:+.1}", later - earlier), Tone::Good),
        Some(Ordering::Equal) | None => ("same".to_owned(), Tone::Faint),
    };
    let cell = |points: f64| format!("{points:.1}");
    Row { title: "Score".into(), before: cell(earlier), after: cell(later), change, tone }
}

fn table(page: &mut Page, rows: &[Row], view: View) {
    let widest = |cell: fn(&Row) -> &str, heading: &str| {
        rows.iter().map(|row| columns_of(cell(row))).chain([columns_of(heading)]).max().unwrap_or(0)
    };
    let before = widest(|row| &row.before, "before");
    let after = widest(|row| &row.after, "after");
    let change = widest(|row| &row.change, "");
    let room = page.columns().saturating_sub(before + after + change + 3 * GUTTER);
    let title = widest(|row| &row.title, "").min(room);
    let gutter = " ".repeat(GUTTER);
    let line = |name: &str, earlier: &str, later: &str| {
        format!("{}{gutter}{}{gutter}{}", padded(name, title), padded(earlier, before), padded(later, after))
    };
    page.line(&view.paint(Tone::Faint, line("", "before", "after").trim_end()));
    for row in rows {
        let cells = line(&cut(&row.title, title), &row.before, &row.after);
        page.line(&format!("{cells}{gutter}{}", view.paint(row.tone, &row.change)));
    }
}

/// The mistakes that `with` flags and `without` does not.
fn mistakes_line(
    page: &mut Page,
    label: &str,
    tone: Tone,
    rubric: &Rubric,
    with: &Critique,
    without: &Critique,
) {
    let flagged = |critique: &Critique, id: &MistakeId| critique.mistakes.iter().any(|other| &other.id == id);
    let titles: Vec<&str> = with
        .mistakes
        .iter()
        .filter(|mistake| !flagged(without, &mistake.id))
        .filter_map(|mistake| rubric.mistake(mistake.id.as_str()))
        .map(|mistake| mistake.title.as_str())
        .collect();
    if !titles.is_empty() {
        page.labelled("", (tone, label), Tone::Plain, &titles.join("; "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::specimen::{grade, mechanism, rubric, trade_offs};

    fn better() -> Grade {
        let mut critique = grade().critique;
        critique.ratings = vec![mechanism(2), trade_offs(2)];
        critique.mistakes.remove(0);
        Grade::new(&rubric(), critique)
    }

    #[test]
    fn a_second_attempt_beside_the_first() {
        let text = render_comparison(&rubric(), &grade(), &better(), &View::plain(80));
        insta::assert_snapshot!(text, @r"
                                   before  after
        Where the knowledge lives  ■■■□ 3  ■■□□ 2  -1
        When to choose which       □□ 0    ■■ 2    +2
        Score                      30.5    63.5    +33.0
        Mistakes gone: Claims that RAG ends hallucination
        ");
        let text = render_comparison(&rubric(), &better(), &grade(), &View::plain(60));
        insta::assert_snapshot!(text, @r"
                                   before  after
        Where the knowledge lives  ■■□□ 2  ■■■□ 3  +1
        When to choose which       ■■ 2    □□ 0    -2
        Score                      63.5    30.5    -33.0
        New mistakes: Claims that RAG ends hallucination
        ");
    }

    #[test]
    fn words_only_shows_no_numbers() {
        let view = View::plain(80).with_detail(Detail::WordsOnly);
        insta::assert_snapshot!(render_comparison(&rubric(), &grade(), &better(), &view), @r"
                                   before   after
        Where the knowledge lives  partly   partly   lower
        When to choose which       not yet  covered  higher
        Mistakes gone: Claims that RAG ends hallucination
        ");
    }

    #[test]
    fn long_titles_are_cut_so_that_the_table_fits() {
        let mut rubric = rubric();
        rubric.criteria[0].title =
            "機械学習 a title that goes on and on until there is no room left for it".into();
        for line in render_comparison(&rubric, &grade(), &better(), &View::plain(60)).lines() {
            assert!(columns_of(line) <= 60, "{line}");
        }
    }
}
