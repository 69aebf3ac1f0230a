//! Questions, rubrics and the list of all of them.

use super::critique_view::points;
use super::layout::{Page, columns_of, cut, one_line, padded};
use super::view::{Tone, View};
use crate::bank::{Criterion, Mistake, MistakeKind, Rubric};

/// A title in a list that would get fewer columns than this goes to a line of its own.
const TITLE_COLUMNS: usize = 36;

/// Whether a rubric is shown with its model answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelAnswer {
    /// So as not to spoil the question.
    Hidden,
    /// At the end.
    Shown,
}

/// The question as the interviewer asks it.
pub fn render_question(rubric: &Rubric, view: &View) -> String {
    let mut page = Page::new(*view);
    question_lines(&mut page, rubric);
    page.finish()
}

fn question_lines(page: &mut Page, rubric: &Rubric) {
    page.paragraph("", Tone::Heading, &rubric.title);
    let unit = if rubric.minutes == 1 { "minute" } else { "minutes" };
    let facts = format!("{}, {}, about {} {unit}", rubric.topic, rubric.difficulty.name(), rubric.minutes);
    page.paragraph("", Tone::Faint, &facts);
    page.gap();
    page.prose("  ", &rubric.question);
}

/// A follow-up question, and what it is aimed at.
pub fn render_probe(criterion: &Criterion, asked: &str, view: &View) -> String {
    let mut page = Page::new(*view);
    page.paragraph("", Tone::Heading, "Follow-up");
    page.paragraph("", Tone::Faint, &format!("aimed at: {}", criterion.title));
    page.gap();
    page.prose("  ", asked);
    page.finish()
}

/// A sentence or two between other texts.
pub fn render_paragraph(text: &str, view: &View) -> String {
    let mut page = Page::new(*view);
    page.paragraph("", Tone::Plain, text);
    page.finish()
}

/// What a strong candidate would say.
pub fn render_model_answer(rubric: &Rubric, view: &View) -> String {
    let mut page = Page::new(*view);
    page.paragraph("", Tone::Heading, "Model answer");
    page.prose("  ", &rubric.model_answer);
    page.finish()
}

/// The whole rubric: question, criteria with weights, levels and key points, mistakes, sources.
pub fn render_rubric(rubric: &Rubric, model_answer: ModelAnswer, view: &View) -> String {
    let mut page = Page::new(*view);
    question_lines(&mut page, rubric);
    page.heading("Criteria");
    let weights: f64 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
    for criterion in &rubric.criteria {
        criterion_lines(&mut page, criterion, weights);
    }
    if !rubric.mistakes.is_empty() {
        page.heading("Mistakes");
    }
    for mistake in &rubric.mistakes {
        mistake_lines(&mut page, mistake);
    }
    bullets(&mut page, "Follow-ups", &rubric.follow_ups);
    bullets(&mut page, "Sources", &rubric.sources);
    match model_answer {
        ModelAnswer::Hidden => {}
        ModelAnswer::Shown => {
            page.heading("Model answer");
            page.prose("  ", &rubric.model_answer);
        }
    }
    page.finish()
}

fn criterion_lines(page: &mut Page, criterion: &Criterion, weights: f64) {
    page.gap();
    page.paragraph("  ", Tone::Heading, &criterion.title);
    let share = 100.0 * criterion.weight / weights;
    let facts = format!(
        "{}, {}, weight {}: {share:.0} of 100 points",
        criterion.id,
        criterion.dimension.name(),
        points(criterion.weight)
    );
    page.paragraph("  ", Tone::Faint, &facts);
    // Two digits of room where there is a level 10.
    let digits = if criterion.max_level() > 9 { 2 } else { 1 };
    for (level, descriptor) in criterion.levels.iter().enumerate() {
        page.paragraph(&format!("  {level:>digits$}  "), Tone::Plain, descriptor);
    }
    if !criterion.key_points.is_empty() {
        page.paragraph("  ", Tone::Good, "Key points:");
    }
    for key_point in &criterion.key_points {
        page.paragraph("  - ", Tone::Plain, key_point);
    }
}

fn mistake_lines(page: &mut Page, mistake: &Mistake) {
    page.gap();
    page.paragraph("  ! ", Tone::Poor, &mistake.title);
    let kind = match mistake.kind {
        MistakeKind::Said => "made by saying it",
        MistakeKind::Omitted => "made by leaving it out",
    };
    let facts = format!("{}, {kind}, costs {} points", mistake.id, points(mistake.penalty));
    page.paragraph("    ", Tone::Faint, &facts);
    page.paragraph("    ", Tone::Plain, &mistake.description);
    page.labelled("    ", (Tone::Good, "Next:"), Tone::Plain, &mistake.advice);
}

fn bullets(page: &mut Page, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.heading(heading);
    for line in lines {
        page.paragraph("  - ", Tone::Plain, line);
    }
}

/// The cells of a line of the list: id, topic, difficulty, minutes, title.
fn cells(rubric: &Rubric) -> [String; 5] {
    [
        one_line(rubric.id.as_str()),
        one_line(&rubric.topic),
        rubric.difficulty.name().to_owned(),
        format!("{} min", rubric.minutes),
        one_line(&rubric.title),
    ]
}

/// A list of questions in aligned columns, for a screen.
pub fn render_list(rubrics: &[&Rubric], view: &View) -> String {
    let rows: Vec<[String; 5]> = rubrics.iter().map(|rubric| cells(rubric)).collect();
    let widest = |column: usize| rows.iter().map(|row| columns_of(&row[column])).max().unwrap_or(0);
    let (id, topic, difficulty, minutes) = (widest(0), widest(1), widest(2), widest(3));
    let left = id + topic + difficulty + minutes + 8;
    let mut page = Page::new(*view);
    for row in &rows {
        let facts =
            format!("{}  {}  {:>minutes$}", padded(&row[1], topic), padded(&row[2], difficulty), row[3]);
        let head = format!(
            "{}  {}",
            view.paint(Tone::Heading, &padded(&row[0], id)),
            view.paint(Tone::Faint, &facts)
        );
        if view.width >= left + TITLE_COLUMNS {
            page.line(&format!("{head}  {}", cut(&row[4], view.width - left)));
        } else {
            page.line(&head);
            page.paragraph("    ", Tone::Plain, &row[4]);
        }
    }
    page.finish()
}

/// The same list for a program: a line a question, cells parted by tabs.
pub fn render_list_plain(rubrics: &[&Rubric]) -> String {
    let mut lines = String::new();
    for rubric in rubrics {
        let [id, topic, difficulty, _, title] = cells(rubric);
        let minutes = rubric.minutes.to_string();
        lines.push_str(&[id, topic, difficulty, minutes, title].join("\t"));
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::specimen::rubric;

    fn bank() -> [Rubric; 2] {
        let mut other = rubric();
        other.id = "transformer-concepts".into();
        other.topic = "transformers".into();
        other.title = "トークン化 and why it matters for languages that put no blanks between words".into();
        other.minutes = 12;
        [rubric(), other]
    }

    #[test]
    fn a_question() {
        insta::assert_snapshot!(render_question(&rubric(), &View::plain(60)), @r"
        What is RAG and how does it differ from fine-tuning?
        rag, core, about 4 minutes

          What is retrieval-augmented generation, and how does it
          differ from fine-tuning?

          Say when you would choose which.
        ");
    }

    #[test]
    fn a_rubric_with_its_model_answer() {
        insta::assert_snapshot!(render_rubric(&rubric(), ModelAnswer::Shown, &View::plain(80)), @r"
        What is RAG and how does it differ from fine-tuning?
        rag, core, about 4 minutes

          What is retrieval-augmented generation, and how does it differ from
          fine-tuning?

          Say when you would choose which.

        Criteria

          Where the knowledge lives
          mechanism, theory, weight 3: 60 of 100 points
          0  Absent.
          1  One of the two.
          2  Both, no contrast.
          3  Both in contrast.
          4  And LoRA.
          Key points:
          - RAG places documents in the context at inference time.
          - Fine-tuning changes the weights.

          When to choose which
          trade-offs, theory, weight 2: 40 of 100 points
          0  Absent.
          1  A reason for one side.
          2  A reason for each side.
          Key points:
          - RAG suits knowledge that changes often, because you update the index and not
            the model.

        Mistakes

          ! Claims that RAG ends hallucination
            no-hallucination, made by saying it, costs 8 points
            Retrieval lowers the risk; the model can still contradict its passages.
            Next: Say what still goes wrong with the right passages in the prompt.

          ! Leaves out latency and cost
            no-latency, made by leaving it out, costs 6.5 points
            Retrieval lowers the risk; the model can still contradict its passages.
            Next: Say what still goes wrong with the right passages in the prompt.

        Follow-ups
          - Would you still retrieve with a million tokens of context?

        Sources
          - Lewis et al. 2020, arXiv:2005.11401

        Model answer
          RAG looks things up before the model answers.

          Fine-tuning trains on.
        ");
        let hidden = render_rubric(&rubric(), ModelAnswer::Hidden, &View::plain(80));
        assert!(!hidden.contains("Model answer"));
    }

    #[test]
    fn lists_are_aligned_or_give_the_title_its_own_line() {
        let bank = bank();
        let rubrics: Vec<&Rubric> = bank.iter().collect();
        insta::assert_snapshot!(render_list(&rubrics, &View::plain(60)), @r"
        rag                   rag           core   4 min
            What is RAG and how does it differ from fine-tuning?
        transformer-concepts  transformers  core  12 min
            トークン化 and why it matters for languages that put no
            blanks between words
        ");
        insta::assert_snapshot!(render_list(&rubrics, &View::plain(80)), @r"
        rag                   rag           core   4 min
            What is RAG and how does it differ from fine-tuning?
        transformer-concepts  transformers  core  12 min
            トークン化 and why it matters for languages that put no blanks between words
        ");
        insta::assert_snapshot!(render_list(&rubrics, &View::plain(140)), @r"
        rag                   rag           core   4 min  What is RAG and how does it differ from fine-tuning?
        transformer-concepts  transformers  core  12 min  トークン化 and why it matters for languages that put no blanks between words
        ");
    }

    #[test]
    fn a_piped_list_is_parted_by_tabs() {
        let mut rubric = rubric();
        rubric.title = "A\ttab and\u{1b}[31m an escape".into();
        assert_eq!(render_list_plain(&[&rubric]), "rag\trag\tcore\t4\tA tab and\\u{1b}[31m an escape\n");
    }
}
