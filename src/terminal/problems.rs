//! Problems of files the user wrote, each with the lines it is about.

use std::fmt::Write as _;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::{View, sanitised};
use crate::document::Problem;

/// All problems, each with file, line, column and excerpt.
pub fn render_problems(problems: &[Problem], view: &View) -> String {
    let theme = if view.colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(view.width)
        .with_links(false)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut text = String::new();
    for problem in problems {
        let mut shown = problem.clone();
        shown.message = sanitised(&problem.message).into_owned();
        shown.help = problem.help.as_deref().map(|help| sanitised(help).into_owned());
        if handler.render_report(&mut text, &shown).is_err() {
            // An excerpt that can't be drawn must not hide the problem.
            let _ = writeln!(text, "{}:{}:{}: {shown}", shown.file, shown.line, shown.column);
        }
        text.push('\n');
    }
    text
}
