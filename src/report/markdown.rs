//! A report as Markdown, short enough for a pull request or a chat.
//!
//! What others wrote stands in code spans: there no site makes links, mentions or references of it.

use std::fmt::Write as _;

use super::figures::Group;
use super::{Report, ReportedAnswer};
use crate::score::Band;
use crate::summary::Summary;
use crate::terminal::sanitised;

/// The most flagged mistakes that are named.
const MOST_MISTAKES: usize = 10;
/// The lowest answers that are named.
const MOST_LOWEST: usize = 10;
/// The ungraded answers that are named; the grades file has all of them.
const MOST_UNGRADED: usize = 10;
/// Characters of a text that are shown; ids and reasons are rarely longer, and a table stays readable.
const LONGEST_TEXT: usize = 160;

/// Counts, bands, questions, mistakes and the lowest answers.
pub fn markdown(report: &Report) -> String {
    let summary = report.summary();
    let mut blocks = vec!["# Grades".to_owned(), counts(report, &summary)];
    if summary.graded() > 0 {
        blocks.push(bands(&summary));
    }
    blocks.extend(section("By question", questions(report)));
    blocks.extend(section("Most flagged mistakes", mistakes(report, &summary)));
    blocks.extend(section("Lowest answers", lowest(report)));
    blocks.extend(section("Ungraded", ungraded(report)));
    blocks.join("\n\n") + "\n"
}

fn section(heading: &str, body: Option<String>) -> Option<String> {
    body.map(|body| format!("## {heading}\n\n{body}"))
}

fn counts(report: &Report, summary: &Summary) -> String {
    let mut text = format!("{} graded", summary.graded());
    // Writing to a String cannot fail, here and below.
    if summary.ungraded() > 0 {
        let _ = write!(text, ", {} ungraded", summary.ungraded());
    }
    if let Some(mean) = summary.mean() {
        let _ = write!(text, ", mean score **{mean:.1}**");
    }
    if let Some(least) = report.least() {
        let _ = write!(text, ", {} below {least}", report.below().count());
    }
    text.push('.');
    let judges: Vec<String> = report.judges().iter().map(|judge| code(judge)).collect();
    if !judges.is_empty() {
        let _ = write!(text, " Judge: {}.", judges.join("; "));
    }
    text
}

fn bands(summary: &Summary) -> String {
    let names = Band::ALL.map(|band| band.name().to_owned());
    let counts = Band::ALL.map(|band| summary.in_band(band).to_string());
    table(&[(names.as_slice(), Align::Right)], &[counts.to_vec()])
}

fn questions(report: &Report) -> Option<String> {
    let groups = report.by_question();
    let row = |group: &Group| {
        let mut cells = vec![question(report, group.name), group.summary.graded().to_string()];
        cells.push(group.summary.mean().map_or_else(String::new, |mean| format!("{mean:.1}")));
        cells.extend(Band::ALL.map(|band| group.summary.in_band(band).to_string()));
        cells.push(group.summary.ungraded().to_string());
        cells
    };
    let rows: Vec<Vec<String>> = groups.iter().map(row).collect();
    let figures: Vec<String> = ["graded", "mean"]
        .into_iter()
        .chain(Band::ALL.map(Band::name))
        .chain(["ungraded"])
        .map(str::to_owned)
        .collect();
    let question = ["question".to_owned()];
    (!rows.is_empty()).then(|| table(&[(&question, Align::Left), (&figures, Align::Right)], &rows))
}

fn mistakes(report: &Report, summary: &Summary) -> Option<String> {
    let line = |(id, count): &(&crate::bank::MistakeId, u64)| {
        let title = report.mistake_title(id);
        let named = if title == id.as_str() { code(title) } else { prose(title) };
        let share = 100.0 * *count as f64 / summary.graded() as f64;
        format!("- {named}: {count} ({share:.1} % of the graded answers)")
    };
    let flagged = summary.most_flagged();
    listed(&flagged, MOST_MISTAKES, line)
}

fn lowest(report: &Report) -> Option<String> {
    let lowest = report.lowest();
    let row = |answer: &&ReportedAnswer| {
        let graded = answer.graded()?;
        let titles = graded.mistakes.iter().map(|mistake| code(mistake.id.as_str()));
        Some(vec![
            code(&answer.record.id),
            if answer.candidate().is_empty() { String::new() } else { code(answer.candidate()) },
            code(answer.question()),
            format!("{:.1}", graded.score.points()),
            graded.band.name().to_owned(),
            titles.collect::<Vec<_>>().join(", "),
        ])
    };
    let rows: Vec<Vec<String>> = lowest.iter().take(MOST_LOWEST).filter_map(row).collect();
    let [before, score, after] =
        [&["answer", "candidate", "question"][..], &["score"], &["band", "mistakes"]]
            .map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let columns = [(&*before, Align::Left), (&*score, Align::Right), (&*after, Align::Left)];
    (!rows.is_empty()).then(|| table(&columns, &rows))
}

fn ungraded(report: &Report) -> Option<String> {
    let without: Vec<_> =
        report.answers.iter().filter_map(|answer| Some((answer, answer.reason()?))).collect();
    listed(&without, MOST_UNGRADED, |(answer, reason)| {
        format!("- {} ({}): {}", code(&answer.record.id), reason.kind.name(), code(&reason.message))
    })
}

/// A line for each of the first `most`, and how many more there are.
fn listed<T>(all: &[T], most: usize, line: impl Fn(&T) -> String) -> Option<String> {
    let mut lines: Vec<String> = all.iter().take(most).map(line).collect();
    if all.len() > most {
        lines.push(format!("- and {} more", all.len() - most));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn question(report: &Report, id: &str) -> String {
    match report.rubric(id) {
        Some(rubric) => format!("{} {}", prose(&rubric.title), code(id)),
        None => code(id),
    }
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Right,
}

/// A table in GitHub's Markdown. Cells have to be escaped already.
fn table(columns: &[(&[String], Align)], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = columns.iter().flat_map(|(names, _)| names.iter().cloned()).collect();
    let rule = columns.iter().flat_map(|(names, align)| {
        let rule = match align {
            Align::Left => "---",
            Align::Right => "---:",
        };
        vec![rule.to_owned(); names.len()]
    });
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let mut lines = vec![line(&header), line(&rule.collect::<Vec<_>>())];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// A text of someone else on one line, shortened, as code. Backticks, pipes and backslashes mean something even
/// there, in ways that differ between readers of Markdown, so a text with one of them is spelt in entities.
fn code(text: &str) -> String {
    let line = one_line(text);
    if line.is_empty() {
        return String::new();
    }
    if !line.contains(['`', '|', '\\']) {
        return format!("`{line}`");
    }
    let mut spelt = String::from("<code>");
    for character in line.chars() {
        if character.is_ascii_punctuation() {
            let _ = write!(spelt, "&#{};", u32::from(character));
        } else {
            spelt.push(character);
        }
    }
    spelt + "</code>"
}

/// A rubric's own words on one line: read as they are, with what Markdown would take for markup escaped.
fn prose(text: &str) -> String {
    let mut escaped = String::new();
    for character in one_line(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

fn one_line(text: &str) -> String {
    let safe = sanitised(text);
    let line = safe.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::super::specimen::{HOSTILE, hostile, report};
    use super::*;

    #[test]
    fn code_is_code_whatever_it_holds() {
        for (text, expected) in [
            ("a-1", "`a-1`"),
            ("@someone #1 https://example.com", "`@someone #1 https://example.com`"),
            ("two\nlines", "`two lines`"),
            ("a`b", "<code>a&#96;b</code>"),
            ("a|b\\", "<code>a&#124;b&#92;</code>"),
            ("\u{1b}[31m", "<code>&#92;u&#123;1b&#125;&#91;31m</code>"),
            ("", ""),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(code(&"x".repeat(500)).chars().count(), LONGEST_TEXT + 3);
    }

    #[test]
    fn titles_are_no_markup() {
        assert_eq!(prose("a <b> *c* | d_e @f"), "a &lt;b> \\*c\\* \\| d\\_e \\@f");
    }

    #[test]
    fn hostile_texts_stay_in_code_and_in_their_cells() {
        let shape = |text: &str| {
            let page = markdown(&hostile(text));
            let lines: Vec<String> = page.lines().map(outside_code).collect();
            lines.join("\n")
        };
        let harmless = shape("harmless");
        for text in HOSTILE {
            assert_eq!(shape(text), harmless, "{text:?}");
        }
    }

    /// A line with the content of its code spans left out.
    fn outside_code(line: &str) -> String {
        let line = line.replace("<code>", "`").replace("</code>", "`");
        line.split('`').enumerate().filter(|(index, _)| index % 2 == 0).map(|(_, text)| text).collect()
    }

    #[test]
    fn the_lowest_answer_comes_first() {
        let report = report(&["surprisal"], 3);
        let points: Vec<f64> =
            report.lowest().iter().map(|answer| answer.graded().unwrap().score.points()).collect();
        assert!(points.is_sorted() && points.len() == 3);
        assert!(markdown(&report).contains("## Lowest answers\n\n| answer | candidate | question | score |"));
    }
}
