//! Prose in rubric files is wrapped for the author's editor; here it becomes paragraphs.

/// Folds wrapped lines into paragraphs: a line break becomes a space, a blank line stays a break between
/// paragraphs, and a line that begins with white space, a list mark or a table bar keeps its own line.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.trim().lines() {
        let line = line.trim_end();
        if line.is_empty() {
            blank = true;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank {
                "\n\n"
            } else if stands_alone(line) {
                "\n"
            } else {
                " "
            });
        }
        out.push_str(line);
        blank = false;
    }
    out
}

fn stands_alone(line: &str) -> bool {
    let numbered = || {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "))
    };
    line.starts_with([' ', '\t', '|']) || line.starts_with("- ") || line.starts_with("* ") || numbered()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_become_paragraphs() {
        for (text, paragraphs) in [
            ("one\ntwo", "one two"),
            ("one\n\ntwo\nthree\n", "one\n\ntwo three"),
            ("list:\n- a\n- b\nend", "list:\n- a\n- b end"),
            ("steps:\n1. a\n2) b", "steps:\n1. a\n2) b"),
            ("code:\n    x = 1", "code:\n    x = 1"),
            ("windows\r\nlines\r\n\r\nnext", "windows lines\n\nnext"),
            ("  ", ""),
        ] {
            assert_eq!(folded(text), paragraphs, "{text:?}");
        }
    }
}
