//! Who gave a grade, and where they were several, how far they agree and what each member of a panel gave.

use super::layout::Page;
use super::view::{Detail, Tone, View};
use crate::config::BUILT_IN;
use crate::record::{JudgeRecord, MemberRecord};

/// Who judged: a line, and for a panel a line for each member.
pub fn render_judges(judge: &JudgeRecord, view: &View) -> String {
    let mut page = Page::new(*view);
    judge_lines(&mut page, judge, *view);
    page.finish()
}

pub(super) fn judge_lines(page: &mut Page, judge: &JudgeRecord, view: View) {
    page.paragraph("", Tone::Faint, &judged_by(judge));
    for reason in &judge.failed {
        page.paragraph("  - ", Tone::Faint, &format!("a sample gave no critique: {}", reason.message));
    }
    for member in &judge.members {
        page.paragraph("  - ", Tone::Faint, &member_line(member, view));
    }
}

fn judged_by(judge: &JudgeRecord) -> String {
    let who = match &judge.model {
        Some(model) => format!("{model} ({})", judge.name),
        None if judge.name == BUILT_IN => {
            "the built-in judge. It compares sentences; take it as an estimate".to_owned()
        }
        None => format!("the panel {}", judge.name),
    };
    let samples = if judge.samples > 1 { format!(", {} samples", judge.samples) } else { String::new() };
    let agreement = judge.agreement.map(|it| format!("; agreement {it:.2}, where 1 is full"));
    let share = judge.share_of_built_in();
    format!("Judged by {who}{samples}{share}{}.", agreement.unwrap_or_default())
}

fn member_line(member: &MemberRecord, view: View) -> String {
    match view.detail {
        Detail::WordsOnly => member.heard(),
        Detail::Usual | Detail::Full => member.gave(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Procedure;

    #[test]
    fn who_judged_and_what_of_it_is_the_built_in_judges() {
        let by = |procedure| JudgeRecord::of_model("local", "qwen3", procedure);
        let sampled = JudgeRecord { samples: 3, agreement: Some(0.9), ..by(Procedure::Careful) };
        for (judge, line) in [
            (by(Procedure::AtOnce), "Judged by qwen3 (local)."),
            (
                by(Procedure::WithEstimate),
                "Judged by qwen3 (local), beginning with the built-in judge's estimate.",
            ),
            (by(Procedure::Careful), "Judged by qwen3 (local), half and half with the built-in judge."),
            (
                sampled,
                "Judged by qwen3 (local), 3 samples, half and half with the built-in judge; agreement 0.90, where 1 is \
                 full.",
            ),
            (JudgeRecord::once("trio"), "Judged by the panel trio."),
        ] {
            assert_eq!(judged_by(&judge), line);
        }
    }
}
