//! What a session begins and ends with: what to ask next and why, and what the session came to.

use jiff::civil::Date;

use super::layout::{Page, columns_of, cut, one_line, padded};
use super::summary_view::spoken_seconds;
use super::view::{Detail, Tone, View};
use crate::attempt::Outline;
use crate::bank::Rubric;
use crate::schedule::{Reason, Suggestion};

/// More suggestions than this are a backlog, which discourages; the others are counted.
const SUGGESTIONS_SHOWN: usize = 5;

/// Writing for less than this is not worth a word.
const A_MINUTE: u64 = 60;

/// More reasons than this say no more.
const REASONS_SHOWN: usize = 2;

/// Questions to ask with the reasons, below a heading.
pub fn render_suggestions(heading: &str, suggestions: &[Suggestion<'_>], view: &View) -> String {
    let mut page = Page::new(*view);
    page.paragraph("", Tone::Heading, heading);
    page.gap();
    for (number, suggestion) in suggestions.iter().take(SUGGESTIONS_SHOWN).enumerate() {
        page.paragraph(&format!("{}  ", number + 1), Tone::Heading, &suggestion.rubric.title);
        for reason in telling(&suggestion.reasons) {
            reason_line(&mut page, suggestion.rubric, reason, *view);
        }
    }
    if suggestions.len() > SUGGESTIONS_SHOWN {
        page.paragraph("", Tone::Faint, &format!("and {} more", suggestions.len() - SUGGESTIONS_SHOWN));
    }
    page.finish()
}

/// What is missed most often, of mistakes and of criteria, and when the question was answered last. Who misses every
/// criterion still wants to know which mistake comes back.
fn telling<'r, 'b>(reasons: &'r [Reason<'b>]) -> impl Iterator<Item = &'r Reason<'b>> {
    let (mut mistakes, mut criteria, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    for reason in reasons {
        match reason {
            Reason::Mistake { .. } => mistakes.push(reason),
            Reason::Criterion { .. } => criteria.push(reason),
            Reason::Answered { .. } | Reason::New => rest.push(reason),
        }
    }
    mistakes.truncate(if criteria.is_empty() { REASONS_SHOWN } else { REASONS_SHOWN - 1 });
    criteria.truncate(REASONS_SHOWN - mistakes.len());
    mistakes.into_iter().chain(criteria).chain(rest)
}

fn reason_line(page: &mut Page, rubric: &Rubric, reason: &Reason<'_>, view: View) {
    match reason {
        Reason::Mistake { mistake, made, of } => {
            let text = format!("{} ({})", mistake.title, lately(*made, *of));
            page.labelled("   ", (Tone::Poor, "Mistake:"), Tone::Plain, &text);
        }
        Reason::Criterion { criterion, missed, of } => {
            let text = format!("{} ({})", criterion.title, lately(*missed, *of));
            page.labelled("   ", (Tone::Fair, "Missed:"), Tone::Plain, &text);
        }
        Reason::Answered { days, score } => {
            let text = match view.detail {
                Detail::WordsOnly => format!("last answered {}", ago(*days)),
                Detail::Usual | Detail::Full => {
                    format!("last score {:.1}, {}; about {} min", score.points(), ago(*days), rubric.minutes)
                }
            };
            page.paragraph("   ", Tone::Faint, &text);
        }
        Reason::New => {
            let text = format!("new; {}, about {} min", rubric.difficulty.name(), rubric.minutes);
            page.paragraph("   ", Tone::Faint, &text);
        }
    }
}

/// "in 3 of your last 4 answers"
pub(super) fn lately(missed: usize, of: usize) -> String {
    if of == 1 { "in your last answer".to_owned() } else { format!("in {missed} of your last {of} answers") }
}

fn ago(days: i64) -> String {
    match days {
        ..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

/// A day as one speaks of it today: "tomorrow", else "on 2026-03-04".
pub fn spoken_day(day: Date, today: Date) -> String {
    if today.tomorrow().is_ok_and(|tomorrow| tomorrow == day) {
        "tomorrow".to_owned()
    } else {
        format!("on {day}")
    }
}

/// "1 question", "3 questions"
pub fn questions(count: usize) -> String {
    if count == 1 { "1 question".to_owned() } else { format!("{count} questions") }
}

/// What a session came to: how much was answered, and each question with its scores in the order of the attempts.
/// `title` gives the title of an attempt's question.
pub fn render_session(noted: &[Outline], title: &dyn Fn(&Outline) -> String, view: &View) -> String {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for outline in noted {
        let score =
            outline.marks.as_ref().map_or("-".to_owned(), |marks| format!("{:.1}", marks.score.points()));
        let title = one_line(&title(outline));
        match rows.iter_mut().find(|(known, _)| *known == title) {
            Some((_, scores)) => scores.push(score),
            None => rows.push((title, vec![score])),
        }
    }
    let answers = if noted.len() == 1 { "1 answer".to_owned() } else { format!("{} answers", noted.len()) };
    let seconds: u64 = noted.iter().map(|outline| outline.seconds).sum();
    let time = match seconds {
        0..A_MINUTE => String::new(),
        seconds => format!(", {} of writing", spoken_seconds(seconds)),
    };
    let mut page = Page::new(*view);
    let head = format!("This session: {answers} to {}{time}", questions(rows.len()));
    page.paragraph("", Tone::Heading, &head);
    match view.detail {
        Detail::WordsOnly => rows.iter().for_each(|(title, _)| page.paragraph("  ", Tone::Plain, title)),
        Detail::Usual | Detail::Full => score_rows(&mut page, &rows),
    }
    page.finish()
}

fn score_rows(page: &mut Page, rows: &[(String, Vec<String>)]) {
    let scores: Vec<String> = rows.iter().map(|(_, scores)| scores.join(" → ")).collect();
    let widest = scores.iter().map(|text| columns_of(text)).max().unwrap_or(0);
    let room = page.columns().saturating_sub(widest + 4);
    let title_columns = rows.iter().map(|(title, _)| columns_of(title)).max().unwrap_or(0).min(room);
    for ((title, _), scores) in rows.iter().zip(&scores) {
        page.line(&format!("  {}  {scores}", padded(&cut(title, title_columns), title_columns)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::{AttemptId, Marks, Moment};
    use crate::score::Score;
    use crate::terminal::specimen::rubric;

    fn score(points: f64) -> Score {
        serde_json::from_value(points.into()).unwrap()
    }

    #[test]
    fn suggestions_say_why() {
        let rubric = rubric();
        let reasons = vec![
            Reason::Mistake { mistake: &rubric.mistakes[1], made: 3, of: 4 },
            Reason::Criterion { criterion: &rubric.criteria[0], missed: 1, of: 1 },
            Reason::Criterion { criterion: &rubric.criteria[1], missed: 1, of: 2 },
            Reason::Answered { days: 3, score: score(41.0) },
        ];
        let mut suggestions = vec![Suggestion { rubric: &rubric, reasons }];
        suggestions.resize(6, Suggestion { rubric: &rubric, reasons: vec![Reason::New] });
        let text = render_suggestions("Due today: 6 questions", &suggestions, &View::plain(60));
        insta::assert_snapshot!(text, @r"
        Due today: 6 questions

        1  What is RAG and how does it differ from fine-tuning?
           Mistake: Leaves out latency and cost (in 3 of your last 4
           answers)
           Missed: Where the knowledge lives (in your last answer)
           last score 41.0, 3 days ago; about 4 min
        2  What is RAG and how does it differ from fine-tuning?
           new; core, about 4 min
        3  What is RAG and how does it differ from fine-tuning?
           new; core, about 4 min
        4  What is RAG and how does it differ from fine-tuning?
           new; core, about 4 min
        5  What is RAG and how does it differ from fine-tuning?
           new; core, about 4 min
        and 1 more
        ");
        let words = View::plain(80).with_detail(Detail::WordsOnly);
        let text = render_suggestions("Due", &suggestions[..1], &words);
        assert!(text.contains("last answered 3 days ago") && !text.contains("41"), "{text}");
    }

    #[test]
    fn the_mistake_that_comes_back_is_named_whatever_else_is_missed() {
        let rubric = rubric();
        let [first, second] =
            [0, 1].map(|at| Reason::Criterion { criterion: &rubric.criteria[at], missed: 4, of: 4 });
        let mistake = |made| Reason::Mistake { mistake: &rubric.mistakes[1], made, of: 4 };
        for (reasons, expected) in [
            (vec![first, second, mistake(3), Reason::New], vec![mistake(3), first, Reason::New]),
            (vec![first, second], vec![first, second]),
            (vec![mistake(3), mistake(2), mistake(1)], vec![mistake(3), mistake(2)]),
        ] {
            assert_eq!(telling(&reasons).copied().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn a_session_ends_with_what_it_came_to() {
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let outline = |question: &str, points: Option<f64>, second| Outline {
            id: AttemptId::of(&question.into(), "", at(second)),
            question: question.into(),
            moment: Moment { at: at(second), day: jiff::civil::date(2026, 3, 1) },
            seconds: 61,
            is_asked: true,
            marks: points.map(|points| Marks {
                score: score(points),
                levels: Vec::new(),
                mistakes: Vec::new(),
            }),
        };
        let noted = [outline("a", Some(41.0), 1), outline("a", Some(61.5), 2), outline("b", None, 3)];
        let title = |outline: &Outline| match outline.question.as_str() {
            "a" => "機械学習 and what it is".repeat(4),
            other => other.to_owned(),
        };
        let text = render_session(&noted, &title, &View::plain(60));
        insta::assert_snapshot!(text, @r"
        This session: 3 answers to 2 questions, 3 min 3 s of writing
          機械学習 and what it is機械学習 and what it…   41.0 → 61.5
          b                                              -
        ");
        assert!(text.lines().all(|line| columns_of(line) <= 60), "{text}");
    }

    #[test]
    fn days_are_spoken_of_as_people_do() {
        let day = |day| jiff::civil::date(2026, 3, day);
        assert_eq!(spoken_day(day(2), day(1)), "tomorrow");
        assert_eq!(spoken_day(day(9), day(1)), "on 2026-03-09");
        assert_eq!([ago(0), ago(1), ago(2)], ["today", "yesterday", "2 days ago"]);
    }
}
