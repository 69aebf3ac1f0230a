//! What two rubrics differ in, and how grades shift between them.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::View;
use super::layout::{Page, columns_of, cut, one_line, padded};
use super::view::Tone;
use crate::bank::Rubric;
use crate::bank::diff::{Change, Effect, Reader};
use crate::shift::{Moved, Shift, Ungraded};

/// Words that stay the same are shown up to so many on either side of a change.
const WORDS_AROUND: usize = 6;

/// Columns of an answer's id after which it is cut.
const ID_COLUMNS: usize = 24;

/// Every change under what it does to grades, reworded texts with their words marked as `git diff --word-diff` does.
pub fn render_changes(changes: &[Change], view: &View) -> String {
    let mut page = Page::new(*view);
    for (effect, heading) in [
        (Effect::Scores, "Changes what is rated or how it counts"),
        (Effect::Judging, "Judges read it, so that grades may change"),
        (Effect::Nothing, "Never changes a grade"),
    ] {
        let of_effect: Vec<&Change> = changes.iter().filter(|change| change.effect == effect).collect();
        if !of_effect.is_empty() {
            page.heading(heading);
        }
        for (at, change) in of_effect.iter().enumerate() {
            let is_new_place = at == 0 || of_effect[at - 1].place != change.place;
            change_lines(&mut page, change, is_new_place);
        }
    }
    page.finish()
}

fn change_lines(page: &mut Page, change: &Change, is_new_place: bool) {
    let place = one_line(&change.place);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if is_short(before) && is_short(after) => {
            page.paragraph("  ", Tone::Plain, &format!("{place}{}: {before} → {after}", readers(change)));
        }
        (before, after) => {
            if is_new_place {
                page.paragraph("  ", Tone::Plain, &format!("{place}{}", readers(change)));
            }
            match (before, after) {
                (Some(before), Some(after)) => {
                    page.paragraph("    ~ ", Tone::Plain, &reworded(before, after));
                }
                (Some(before), None) => page.paragraph("    - ", Tone::Poor, before),
                (None, Some(after)) => page.paragraph("    + ", Tone::Good, after),
                (None, None) => {}
            }
        }
    }
}

/// Numbers, ids and names are clearer side by side than word by word.
fn is_short(text: &str) -> bool {
    const SHORT: usize = 32;
    text.len() <= SHORT && text.split_whitespace().count() <= 3
}

fn readers(change: &Change) -> String {
    match change.read_by {
        [] => String::new(),
        readers => {
            format!(" ({})", readers.iter().map(|it| Reader::name(*it)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The text with removed words as `[-words-]` and new ones as `{+words+}`; long stretches that stayed are left out.
fn reworded(before: &str, after: &str) -> String {
    let (before, after) = (one_line(before), one_line(after));
    let (before, after): (Vec<&str>, Vec<&str>) = (before.split(' ').collect(), after.split(' ').collect());
    let mut runs = vec![Run::default()];
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (was, is) = (&before[op.old_range()], &after[op.new_range()]);
        match (op.tag(), runs.last_mut()) {
            (DiffTag::Equal, Some(run)) if !run.is_change() => run.same.extend(was),
            (DiffTag::Equal, _) => runs.push(Run { same: was.to_vec(), ..Run::default() }),
            (_, Some(run)) => {
                run.gone.extend(was);
                run.new.extend(is);
            }
            (_, None) => {}
        }
    }
    let last = runs.len() - 1;
    let pieces = runs.iter().enumerate().flat_map(|(at, run)| {
        let same = shortened(&run.same, at == 0, at == last && !run.is_change());
        [same, marked("[-", &run.gone, "-]"), marked("{+", &run.new, "+}")]
    });
    // What replaces something stands right behind it, as Git shows it.
    pieces.filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join(" ").replace("-] {+", "-]{+")
}

/// Words that stayed and the change behind them.
#[derive(Default)]
struct Run<'w> {
    same: Vec<&'w str>,
    gone: Vec<&'w str>,
    new: Vec<&'w str>,
}

impl Run<'_> {
    fn is_change(&self) -> bool {
        !self.gone.is_empty() || !self.new.is_empty()
    }
}

fn marked(open: &str, words: &[&str], close: &str) -> String {
    if words.is_empty() { String::new() } else { format!("{open}{}{close}", words.join(" ")) }
}

/// A stretch that stayed, of which the words next to changes are shown.
fn shortened(words: &[&str], is_first: bool, is_last: bool) -> String {
    if words.len() <= 2 * WORDS_AROUND + 1 {
        return words.join(" ");
    }
    let ahead = if is_first { "" } else { &format!("{} ", words[..WORDS_AROUND].join(" ")) };
    let behind = if is_last { "" } else { &format!(" {}", words[words.len() - WORDS_AROUND..].join(" ")) };
    format!("{ahead}…{behind}")
}

/// Whose grades move, by how much and where; then the means.
pub fn render_shift(shift: &Shift, before: &Rubric, after: &Rubric, view: &View) -> String {
    let mut page = Page::new(*view);
    let moved = shift.moved.len();
    page.heading(&match (shift.graded, moved) {
        (0, _) => "No answer has a grade under both rubrics".to_owned(),
        (graded, 0) => format!("None of {} moves", counted(graded)),
        (graded, moved) => {
            format!("{moved} of {} move{}", counted(graded), if moved == 1 { "s" } else { "" })
        }
    });
    let ids = shift.moved.iter().map(|it| columns_of(&one_line(&it.id))).max().unwrap_or(0).min(ID_COLUMNS);
    for it in &shift.moved {
        moved_lines(&mut page, it, ids, before, after, *view);
    }
    if let (Some(mean_before), Some(mean_after)) = (shift.mean_before, shift.mean_after) {
        page.gap();
        let by = mean_after - mean_before;
        page.line(&format!("Mean score {mean_before:.1} → {mean_after:.1} ({by:+.1})"));
    }
    for Ungraded { id, message } in &shift.ungraded {
        page.paragraph("ungraded: ", Tone::Fair, &format!("{id}: {message}"));
    }
    page.finish()
}

fn moved_lines(page: &mut Page, it: &Moved, ids: usize, before: &Rubric, after: &Rubric, view: View) {
    let by = it.after - it.before;
    let tone = if by < 0.0 {
        Tone::Poor
    } else if by > 0.0 {
        Tone::Good
    } else {
        Tone::Plain
    };
    let id = padded(&cut(&one_line(&it.id), ids), ids);
    let change = if by == 0.0 { "same score".to_owned() } else { format!("{by:+.1}") };
    page.line(&format!("  {id}  {:5.1} → {:5.1}  {}", it.before, it.after, view.paint(tone, &change)));
    let level = |level: Option<u8>, rubric: &Rubric, id: &str| match (level, rubric.criterion(id)) {
        (Some(level), Some(criterion)) => format!("{level} of {}", criterion.max_level()),
        (Some(level), None) => level.to_string(),
        (None, _) => "not judged".to_owned(),
    };
    for criterion in &it.criteria {
        let id = criterion.id.as_str();
        let (was, is) = (level(criterion.before, before, id), level(criterion.after, after, id));
        page.paragraph("      ", Tone::Plain, &format!("{id}: {was} → {is}"));
    }
    for (what, mistakes) in [("no longer flagged", &it.gone_mistakes), ("newly flagged", &it.new_mistakes)] {
        for mistake in mistakes {
            page.paragraph("      ", Tone::Plain, &format!("{what}: {mistake}"));
        }
    }
}

fn counted(answers: usize) -> String {
    if answers == 1 { "1 answer".to_owned() } else { format!("{answers} answers") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_that_changed_are_marked() {
        for (before, after, shown) in [
            ("a b c", "a x c", "a [-b-]{+x+} c"),
            ("a b", "a b c", "a b {+c+}"),
            (
                "The less likely it is.",
                "A rarer it was.",
                "[-The less likely-]{+A rarer+} it [-is.-]{+was.+}",
            ),
            ("a", "b", "[-a-]{+b+}"),
            (
                "one two three four five six seven eight nine ten eleven twelve thirteen fourteen end",
                "one two three four five six seven eight nine ten eleven twelve thirteen fourteen END",
                "… nine ten eleven twelve thirteen fourteen [-end-]{+END+}",
            ),
        ] {
            assert_eq!(reworded(before, after), shown);
        }
    }
}
