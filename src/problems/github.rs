//! Workflow commands, which GitHub Actions turns into annotations beside the lines of a pull request.
//!
//! Syntax and escapes: "Workflow commands for GitHub Actions", docs.github.com, and `command.ts` of actions/toolkit.

use std::fmt::Write as _;

use super::{INVALID, is_error, plain_path};
use crate::document::Problem;

/// One command a line for each problem.
pub fn github(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let command = if is_error(problem.severity) { "error" } else { "warning" };
        let (end_line, end_column) = problem.end();
        // Writing to a String cannot fail, here and below.
        let _ =
            write!(text, "::{command} file={},line={}", property(plain_path(&problem.file)), problem.line);
        let _ = write!(text, ",endLine={end_line},col={}", problem.column);
        // Columns are those of one line; over several, an end would be taken for one of the first.
        if end_line == problem.line {
            let _ = write!(text, ",endColumn={end_column}");
        }
        let _ = write!(text, ",title={}", property(problem.class.unwrap_or(INVALID)));
        let help = problem.help.as_ref().map_or(String::new(), |help| format!("\n{help}"));
        let _ = writeln!(text, "::{}", data(&format!("{}{help}", problem.message)));
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Path, Remark};

    #[test]
    fn what_would_end_a_command_or_property_is_escaped() {
        let document = Document::new("my,files:100%.toml", "a = 'x'\nb = [\n  'y',\n]\n");
        let remark = |field: &'static str, message: &str| Remark {
            class: "vague-level",
            path: Path::top().field(field),
            other: None,
            message: message.to_owned(),
            help: "write 50% more: a, b".to_owned(),
        };
        let problems =
            document.remarks(vec![remark("a", "one\r\ntwo"), remark("b", "::error::not a command")]);
        assert_eq!(
            github(&problems),
            "::warning file=my%2Cfiles%3A100%25.toml,line=1,endLine=1,col=5,endColumn=8,title=vague-level::\
             one%0D%0Atwo%0Awrite 50%25 more: a, b\n\
             ::warning file=my%2Cfiles%3A100%25.toml,line=2,endLine=4,col=5,title=vague-level::\
             ::error::not a command%0Awrite 50%25 more: a, b\n"
        );
    }
}
