//! The debrief of an interview.

use super::critique_view::{points, tone_of};
use super::layout::{Page, columns_of, cut, one_line, padded};
use super::view::{Tone, View};
use crate::bank::MistakeKind;
use crate::debrief::{Answered, Debrief, Loss, Point};

/// Squares of a bar: ten points each.
const SQUARES: usize = 10;

/// Columns of a quotation after which it is cut.
const QUOTATION_COLUMNS: usize = 240;

/// Every answer's score, points by topic and dimension, what to work on and what was strong.
pub fn render_debrief(answers: &[Answered<'_>], view: &View) -> String {
    let debrief = Debrief::new(answers);
    let mut page = Page::new(*view);
    page.paragraph("", Tone::Heading, "Debrief");
    let rows: Vec<(String, f64)> =
        answers.iter().map(|it| (one_line(&it.rubric.title), it.grade.score.points())).collect();
    bars(&mut page, "Questions", &rows, *view);
    let topics: Vec<_> = debrief.topics.iter().map(|(topic, points)| (one_line(topic), *points)).collect();
    bars(&mut page, "Topics", &topics, *view);
    let dimensions: Vec<_> =
        debrief.dimensions.iter().map(|(it, points)| (it.name().to_owned(), *points)).collect();
    bars(&mut page, "Dimensions", &dimensions, *view);
    if !debrief.work.is_empty() {
        page.heading("Work on first");
    }
    debrief.work.iter().zip(1..).for_each(|(loss, number)| loss_lines(&mut page, number, loss));
    if !debrief.strong.is_empty() {
        page.heading("What was strong");
    }
    for strong in &debrief.strong {
        page.paragraph("+  ", Tone::Good, &format!("{} ({})", strong.what.title, strong.rubric.title));
        quotation(&mut page, strong.quote);
    }
    page.finish()
}

fn bars(page: &mut Page, title: &str, rows: &[(String, f64)], view: View) {
    if rows.is_empty() {
        return;
    }
    page.heading(title);
    // Bar, figure and blanks.
    let room = page.columns().saturating_sub(SQUARES + 5 + 2 + 2 + 2);
    let widest = rows.iter().map(|(name, _)| columns_of(name)).max().unwrap_or(0).min(room);
    for (name, points) in rows {
        let filled = (points / 100.0 * SQUARES as f64).round().clamp(0.0, SQUARES as f64) as usize;
        let bar = "■".repeat(filled) + &"□".repeat(SQUARES - filled);
        let bar = view.paint(tone_of(points / 100.0), &bar);
        page.line(&format!("  {}  {bar}  {points:>5.1}", padded(&cut(name, widest), widest)));
    }
}

fn loss_lines(page: &mut Page, number: usize, loss: &Point<'_, Loss<'_>>) {
    let cost = points(loss.points);
    let from = &loss.rubric.title;
    match loss.what {
        Loss::Criterion(criterion, rating) => {
            let head = format!("{} (up to {cost} points; {from})", criterion.title);
            page.paragraph(&format!("{number}  "), Tone::Heading, &head);
            let how = if loss.quote.is_some() { "The nearest you came:" } else { "You said nothing of it." };
            page.paragraph("   ", Tone::Plain, how);
            quotation(page, loss.quote);
            if let Some(missing) = rating.missing.first() {
                page.labelled("   ", (Tone::Good, "Say:"), Tone::Plain, missing);
            }
        }
        Loss::Mistake(mistake, flagged) => {
            let head = format!("{} (costs {cost} points; {from})", mistake.title);
            page.paragraph(&format!("{number}  "), Tone::Heading, &head);
            let how = match (flagged.kind, loss.quote) {
                (MistakeKind::Said, Some(_)) => "You said:",
                (MistakeKind::Said, None) => "The answer says so as a whole.",
                (MistakeKind::Omitted, Some(_)) => "You left it out. The nearest you came:",
                (MistakeKind::Omitted, None) => "You left it out.",
            };
            page.paragraph("   ", Tone::Plain, how);
            quotation(page, loss.quote);
            page.labelled("   ", (Tone::Good, "Next:"), Tone::Plain, &mistake.advice);
        }
    }
}

fn quotation(page: &mut Page, quote: Option<&str>) {
    if let Some(words) = quote {
        page.paragraph("     ", Tone::Quotation, &format!("“{}”", cut(&one_line(words), QUOTATION_COLUMNS)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::specimen::{ANSWER, grade, rubric};

    #[test]
    fn a_debrief() {
        let rubric = rubric();
        let answers = [Answered { rubric: &rubric, said: ANSWER.to_owned(), grade: grade() }];
        insta::assert_snapshot!(render_debrief(&answers, &View::plain(60)), @r"
        Debrief

        Questions
          What is RAG and how does it differ fro…  ■■■□□□□□□□   30.5

        Topics
          rag  ■■■□□□□□□□   30.5

        Dimensions
          theory  ■■■■■□□□□□   45.0

        Work on first
        1  When to choose which (up to 40 points; What is RAG and
           how does it differ from fine-tuning?)
           You said nothing of it.
           Say: RAG suits knowledge that changes often, because you
           update the index and not the model.
        2  Where the knowledge lives (up to 15 points; What is RAG
           and how does it differ from fine-tuning?)
           The nearest you came:
             “RAG fetches passages from an index at inference time
             and places them in the context”
           Say: Fine-tuning changes the weights.
        3  Claims that RAG ends hallucination (costs 8 points; What
           is RAG and how does it differ from fine-tuning?)
           You said:
             “With RAG the model can no longer hallucinate.”
           Next: Say what still goes wrong with the right passages
           in the prompt.
        ");
        for width in [60, 80, 140] {
            let text = render_debrief(&answers, &View::plain(width));
            assert!(text.lines().all(|line| columns_of(line) <= width), "{text}");
        }
    }
}
