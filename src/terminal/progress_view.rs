//! How one gets better, as tables with sparklines.

use super::layout::{Page, columns_of, cut, one_line, padded};
use super::plan_view::{questions, spoken_day};
use super::summary_view::spoken_seconds;
use super::view::{Detail, Tone, View};
use crate::progress::{BARS, Line, MistakeLine, Progress, Trend};

use jiff::civil::Date;

/// Heights of a bar, the lowest first. They differ without colour, and figures stand beside them.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Blanks between two columns.
const GUTTER: &str = "  ";

/// More mistakes than this are no longer a plan.
const MISTAKES_SHOWN: usize = 8;

/// Names that would get fewer columns than this go to lines of their own.
const NAME_COLUMNS: usize = 30;

/// A change of fewer points than this is noise.
const STEADY_BELOW: f64 = 0.5;

/// What comes next, as a line below the tables says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// Questions that are due.
    pub due: usize,
    /// The next day on which something comes due, and how many questions then.
    pub next: Option<(Date, usize)>,
    /// Today.
    pub today: Date,
}

/// The whole page.
pub fn render_progress(progress: &Progress, outlook: &Outlook, view: &View) -> String {
    let mut page = Page::new(*view);
    head(&mut page, progress);
    lines(&mut page, "Topics", &progress.topics, *view);
    lines(&mut page, "Dimensions", &progress.dimensions, *view);
    mistakes(&mut page, &progress.mistakes, *view);
    page.gap();
    page.labelled("", (Tone::Heading, "Due:"), Tone::Plain, &due(outlook));
    page.finish()
}

fn head(page: &mut Page, progress: &Progress) {
    let attempts =
        if progress.attempts == 1 { "1 answer".to_owned() } else { format!("{} answers", progress.attempts) };
    let since = progress.since.map(|day| format!(" since {day}")).unwrap_or_default();
    let head = format!("{attempts} to {}{since}", questions(progress.questions));
    page.paragraph("", Tone::Heading, &head);
    let days = |days: usize| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let facts = format!(
        "Streak: {}, the longest {}. Writing: {} in the last 7 days, {} in all.",
        days(progress.streak),
        days(progress.longest_streak),
        spoken_seconds(progress.seconds_of_the_week),
        spoken_seconds(progress.seconds)
    );
    page.paragraph("", Tone::Plain, &facts);
}

/// `▁▃▅█`: a bar a value, 0 the lowest and `full` the highest.
fn sparkline(values: &[f64], full: f64) -> String {
    let top = HEIGHTS.len() - 1;
    let height = |value: &f64| (value / full * top as f64).round().clamp(0.0, top as f64) as usize;
    values.iter().map(|value| HEIGHTS[height(value)]).collect()
}

fn lines(page: &mut Page, title: &str, lines: &[Line], view: View) {
    if lines.is_empty() {
        return;
    }
    let numbers = match view.detail {
        Detail::WordsOnly => false,
        Detail::Usual | Detail::Full => true,
    };
    let mut rows = vec![[title, "answers", "old to new", "lately", "change"].map(str::to_owned)];
    rows.extend(lines.iter().map(|line| {
        [
            one_line(&line.name),
            line.answers.to_string(),
            sparkline(&line.means, 100.0),
            if numbers { format!("{:.1}", line.lately) } else { String::new() },
            line.change.map(|change| change_text(change, numbers)).unwrap_or_default(),
        ]
    }));
    if !numbers {
        rows[0][3].clear();
    }
    table(page, &rows, view);
}

fn change_text(change: f64, numbers: bool) -> String {
    match (numbers, change) {
        (_, change) if change.abs() < STEADY_BELOW => "steady".to_owned(),
        (true, change) => format!("{change:+.1}"),
        (false, change) if change > 0.0 => "better".to_owned(),
        (false, _) => "weaker".to_owned(),
    }
}

fn mistakes(page: &mut Page, lines: &[MistakeLine], view: View) {
    if lines.is_empty() {
        return;
    }
    let mut rows = vec![["Mistakes", "made in", "old to new", "lately", "trend"].map(str::to_owned)];
    rows.extend(lines.iter().take(MISTAKES_SHOWN).map(|line| {
        [
            one_line(&line.title),
            format!("{} of {}", line.made, line.answers),
            sparkline(&line.shares, 1.0),
            format!("{} of {}", line.lately, line.of),
            match line.trend {
                Trend::Unknown => String::new(),
                Trend::MoreOften | Trend::AsOften | Trend::LessOften => line.trend.name().to_owned(),
            },
        ]
    }));
    table(page, &rows, view);
    if lines.len() > MISTAKES_SHOWN {
        page.paragraph("", Tone::Faint, &format!("and {} more", lines.len() - MISTAKES_SHOWN));
    }
    if let Some(first) = lines.first().filter(|line| line.lately > 0) {
        page.paragraph("", Tone::Faint, &format!("Drill one: coach practice --mistake {}", first.id));
    }
}

/// Rows of five cells, the first of them the heading: name, number, sparkline, number, word.
fn table(page: &mut Page, rows: &[[String; 5]], view: View) {
    page.gap();
    let widest = |column: usize| rows.iter().map(|row| columns_of(&row[column])).max().unwrap_or(0);
    let (count, lately, word) = (widest(1), widest(3), widest(4));
    let bars = widest(2).max(BARS);
    let room = page.columns().saturating_sub(count + bars + lately + word + 4 * GUTTER.len());
    let name = widest(0).min(room);
    let is_cramped = widest(0) > room && room < NAME_COLUMNS;
    for (number, [title, cell, line, figure, last]) in rows.iter().enumerate() {
        let tone = if number == 0 { Tone::Heading } else { Tone::Plain };
        let (cell, line, figure) = (right(cell, count), padded(line, bars), right(figure, lately));
        let facts = format!("{cell}{GUTTER}{line}{GUTTER}{figure}{GUTTER}{last}");
        if is_cramped {
            page.paragraph("", tone, title);
            page.line(&format!("{GUTTER}{facts}"));
        } else {
            let title = view.paint(tone, &padded(&cut(title, name), name));
            page.line(&format!("{title}{GUTTER}{facts}"));
        }
    }
}

fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(columns_of(text))))
}

fn due(outlook: &Outlook) -> String {
    match (outlook.due, outlook.next) {
        (0, None) => "nothing.".to_owned(),
        (0, Some((day, count))) => {
            format!("nothing now; {} {}.", questions(count), spoken_day(day, outlook.today))
        }
        (count, _) => format!("{} now. `coach practice` begins with them.", questions(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        let line = |name: &str, means: &[f64], change| Line {
            name: name.into(),
            answers: means.len(),
            means: means.to_vec(),
            lately: means[means.len() - 1],
            change,
        };
        let mistake = MistakeLine {
            id: "no-latency".into(),
            title: "Leaves out latency and cost 機械学習 \u{1b}[31m and a title that goes on".into(),
            answers: 9,
            made: 5,
            lately: 2,
            of: 5,
            shares: vec![1.0, 1.0, 0.5, 0.0],
            trend: Trend::LessOften,
        };
        Progress {
            attempts: 34,
            questions: 12,
            since: Some(jiff::civil::date(2026, 1, 2)),
            streak: 1,
            longest_streak: 9,
            seconds: 36_300,
            seconds_of_the_week: 59,
            topics: vec![
                line("rag", &[10.0, 20.0, 55.0, 80.0], Some(47.5)),
                line("ml-fundamentals", &[60.0], None),
            ],
            dimensions: vec![line("trade-offs", &[0.0, 100.0, 50.0, 50.2], Some(0.1))],
            mistakes: vec![mistake],
        }
    }

    fn outlook() -> Outlook {
        let today = jiff::civil::date(2026, 3, 1);
        Outlook { due: 0, next: Some((today.tomorrow().unwrap(), 2)), today }
    }

    #[test]
    fn a_page_at_60_and_80_columns() {
        insta::assert_snapshot!(render_progress(&progress(), &outlook(), &View::plain(60)), @r"
        34 answers to 12 questions since 2026-01-02
        Streak: 1 day, the longest 9 days. Writing: 59 s in the last
        7 days, 10 h 5 min in all.

        Topics           answers  old to new    lately  change
        rag                    4  ▂▂▅▇            80.0  +47.5
        ml-fundamentals        1  ▅               60.0

        Dimensions  answers  old to new    lately  change
        trade-offs        4  ▁█▅▅            50.2  steady

        Mistakes
          made in  old to new    lately  trend
        Leaves out latency and cost 機械学習 \u{1b}[31m and a title
        that goes on
           5 of 9  ██▅▁          2 of 5  less often
        Drill one: coach practice --mistake no-latency

        Due: nothing now; 2 questions tomorrow.
        ");
        insta::assert_snapshot!(render_progress(&progress(), &outlook(), &View::plain(80)), @r"
        34 answers to 12 questions since 2026-01-02
        Streak: 1 day, the longest 9 days. Writing: 59 s in the last 7 days, 10 h 5 min
        in all.

        Topics           answers  old to new    lately  change
        rag                    4  ▂▂▅▇            80.0  +47.5
        ml-fundamentals        1  ▅               60.0

        Dimensions  answers  old to new    lately  change
        trade-offs        4  ▁█▅▅            50.2  steady

        Mistakes                               made in  old to new    lately  trend
        Leaves out latency and cost 機械学習…   5 of 9  ██▅▁          2 of 5  less often
        Drill one: coach practice --mistake no-latency

        Due: nothing now; 2 questions tomorrow.
        ");
    }

    #[test]
    fn words_only_has_no_scores() {
        let view = View::plain(80).with_detail(Detail::WordsOnly);
        let text = render_progress(&progress(), &outlook(), &view);
        assert!(text.contains("better") && text.contains("steady"), "{text}");
        assert!(!text.contains("80.0") && !text.contains("47.5"), "{text}");
    }

    #[test]
    fn bars_are_as_high_as_their_values() {
        assert_eq!(sparkline(&[0.0, 50.0, 100.0], 100.0), "▁▅█");
        assert_eq!(sparkline(&[-5.0, 500.0], 100.0), "▁█");
        assert_eq!(sparkline(&[], 100.0), "");
    }
}
