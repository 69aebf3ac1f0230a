//! Why a level was given: the rubric's levels with the one reached marked, and the key points.

use super::layout::Page;
use super::view::{Tone, View};
use crate::bank::{Criterion, Rubric};
use crate::critique::Critique;

/// Each criterion's levels, the one that the critique gives marked with `>`, and its key points with those that
/// are missing marked with `-`.
pub fn render_levels(rubric: &Rubric, critique: &Critique, view: &View) -> String {
    let mut page = Page::new(*view);
    page.paragraph("", Tone::Heading, "How the rubric judges this question");
    page.paragraph("", Tone::Faint, "> the level you reached, - a key point that is missing");
    for rating in &critique.ratings {
        if let Some(criterion) = rubric.criterion(rating.id.as_str()) {
            criterion_lines(&mut page, criterion, rating.level, &rating.missing);
        }
    }
    page.finish()
}

fn criterion_lines(page: &mut Page, criterion: &Criterion, reached: u8, missing: &[String]) {
    page.gap();
    page.paragraph("", Tone::Heading, &criterion.title);
    for (level, descriptor) in criterion.levels.iter().enumerate() {
        let (pointer, tone) =
            if level == usize::from(reached) { (">", Tone::Plain) } else { (" ", Tone::Faint) };
        page.paragraph(&format!("{pointer} {level:>2}  "), tone, descriptor);
    }
    for key_point in &criterion.key_points {
        let (mark, tone) = if missing.contains(key_point) { ("-", Tone::Fair) } else { (" ", Tone::Faint) };
        page.paragraph(&format!("   {mark}  "), tone, key_point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::specimen::{grade, rubric};

    #[test]
    fn the_level_reached_and_the_key_points_missing_are_marked() {
        let text = render_levels(&rubric(), &grade().critique, &View::plain(80));
        insta::assert_snapshot!(text, @r"
        How the rubric judges this question
        > the level you reached, - a key point that is missing

        Where the knowledge lives
           0  Absent.
           1  One of the two.
           2  Both, no contrast.
        >  3  Both in contrast.
           4  And LoRA.
              RAG places documents in the context at inference time.
           -  Fine-tuning changes the weights.

        When to choose which
        >  0  Absent.
           1  A reason for one side.
           2  A reason for each side.
           -  RAG suits knowledge that changes often, because you update the index and
              not the model.
        ");
    }
}
