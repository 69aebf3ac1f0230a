//! Lines and columns: reflowing, wrapping and padding of sanitised text.
//!
//! Everything that a renderer prints goes through a [`Page`], so that no renderer can forget to sanitise.

use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::sanitise::sanitised;
use super::view::{Tone, View};

/// Prose wider than this is tiring to read, however wide the screen is.
const PROSE_COLUMNS: usize = 100;

/// Narrowest column that text is wrapped to; a deeper indentation would leave single letters on a line.
const NARROWEST: usize = 20;

/// Columns of a tab in text that keeps its lines.
const TAB: &str = "    ";

/// Text in the making: lines that fit the view, each painted.
pub(super) struct Page {
    view: View,
    text: String,
}

impl Page {
    pub(super) fn new(view: View) -> Self {
        Self { view, text: String::new() }
    }

    /// Columns that prose may take.
    pub(super) fn columns(&self) -> usize {
        self.view.width.min(PROSE_COLUMNS)
    }

    /// A line that is painted and fitted already.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line, but never two in a row and none at the top.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// One paragraph: `first` in front of its first line, as many blanks in front of the others.
    pub(super) fn paragraph(&mut self, first: &str, tone: Tone, text: &str) {
        let columns = self.columns();
        for (head, line) in hanging(first, text, columns) {
            let painted = self.view.paint(tone, &line);
            self.line(&format!("{head}{painted}"));
        }
    }

    /// A paragraph whose beginning has a tone of its own.
    pub(super) fn labelled(
        &mut self,
        indent: &str,
        (label_tone, label): (Tone, &str),
        tone: Tone,
        text: &str,
    ) {
        let first = format!("{indent}{label} ");
        let columns = self.columns();
        for (number, (head, line)) in wrapped_behind(&first, indent, text, columns).into_iter().enumerate() {
            let head =
                if number == 0 { format!("{indent}{} ", self.view.paint(label_tone, label)) } else { head };
            let painted = self.view.paint(tone, &line);
            self.line(&format!("{head}{painted}"));
        }
    }

    /// A paragraph behind a label that is as wide as `indent`, which stands in front of the other lines.
    pub(super) fn hung(&mut self, (label_tone, label): (Tone, &str), indent: &str, text: &str) {
        let columns = self.columns();
        for (number, (head, line)) in wrapped_behind(indent, indent, text, columns).into_iter().enumerate() {
            let head = if number == 0 { format!("{} ", self.view.paint(label_tone, label)) } else { head };
            self.line(&format!("{head}{line}"));
        }
    }

    /// Text of several paragraphs, reflowed to the view; lists and code keep their lines.
    pub(super) fn prose(&mut self, indent: &str, text: &str) {
        for block in blocks(&sanitised(text)) {
            match block {
                Block::Gap => self.gap(),
                Block::Verbatim(line) => self.line(&format!("{indent}{}", line.replace('\t', TAB))),
                Block::Flowing { marker, text } => {
                    self.paragraph(&format!("{indent}{marker}"), Tone::Plain, &text);
                }
            }
        }
    }

    /// A heading with an empty line in front of it.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap();
        self.paragraph("", Tone::Heading, text);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// `text` on one line: sanitised, white space runs folded to a blank.
pub(super) fn one_line(text: &str) -> String {
    sanitised(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Columns that `text` takes on a terminal.
pub(super) fn columns_of(text: &str) -> usize {
    text.width()
}

/// `text` with blanks up to `columns`.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(columns_of(text));
    format!("{text}{}", " ".repeat(missing))
}

/// `text` cut to `columns`, the cut shown as an ellipsis.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if columns_of(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 0;
    for character in text.chars() {
        taken += character.width().unwrap_or(0);
        if taken >= columns {
            break;
        }
        kept.push(character);
    }
    format!("{}…", kept.trim_end())
}

/// The lines of one paragraph, each with what stands in front of it: `first`, then blanks of its width.
pub(super) fn hanging(first: &str, text: &str, columns: usize) -> Vec<(String, String)> {
    let rest = " ".repeat(columns_of(first));
    wrapped_behind(first, &rest, text, columns)
}

fn wrapped_behind(first: &str, rest: &str, text: &str, columns: usize) -> Vec<(String, String)> {
    // textwrap gets blanks for the heads: their characters are none of its business.
    let (first_blanks, rest_blanks) = (" ".repeat(columns_of(first)), " ".repeat(columns_of(rest)));
    let indent = first_blanks.len().max(rest_blanks.len());
    let options = Options::new(columns.max(indent + NARROWEST))
        .initial_indent(&first_blanks)
        .subsequent_indent(&rest_blanks)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(&one_line(text), options)
        .into_iter()
        .enumerate()
        .map(|(number, line)| {
            let head = if number == 0 { first } else { rest };
            (head.to_owned(), line.trim_start().to_owned())
        })
        .collect()
}

/// A part of a text that is laid out in one way.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Gap,
    Verbatim(String),
    Flowing { marker: String, text: String },
}

/// Takes text apart: empty lines part paragraphs, list markers begin one, code keeps its lines.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut in_code = false;
    for line in text.trim_end().lines() {
        let is_fence = line.trim_start().starts_with("```");
        if in_code || is_fence || line.starts_with("    ") || line.starts_with('\t') {
            blocks.push(Block::Verbatim(line.to_owned()));
            in_code ^= is_fence;
        } else if line.trim().is_empty() {
            blocks.push(Block::Gap);
        } else {
            flow(&mut blocks, line.trim());
        }
    }
    blocks
}

fn flow(blocks: &mut Vec<Block>, line: &str) {
    let marker_length = list_marker(line);
    if let (0, Some(Block::Flowing { text, .. })) = (marker_length, blocks.last_mut()) {
        text.push(' ');
        text.push_str(line);
        return;
    }
    let (marker, text) = line.split_at(marker_length);
    blocks.push(Block::Flowing { marker: marker.to_owned(), text: text.to_owned() });
}

/// Bytes of the list marker that `line` begins with: `- `, `* `, `• `, `1. ` or `1) `; else 0.
fn list_marker(line: &str) -> usize {
    for marker in ["- ", "* ", "• "] {
        if line.starts_with(marker) {
            return marker.len();
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    if (1..=2).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") ")) {
        digits + 2
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_reflowed_while_lists_and_code_keep_their_lines() {
        let mut page = Page::new(View::plain(60));
        page.prose(
            "  ",
            "A paragraph whose lines\nwere broken by hand, at a width that is not that of\nthe screen.\n\n\n\
             - one\n- two, which is long enough to need a second line on a narrow screen\n1. first\n\n\
             ```\nlet x =   1;\n\ty\n```\n    indented   code\n",
        );
        insta::assert_snapshot!(page.finish(), @r"
        A paragraph whose lines were broken by hand, at a width
        that is not that of the screen.

        - one
        - two, which is long enough to need a second line on a
          narrow screen
        1. first

        ```
        let x =   1;
            y
        ```
            indented   code
        ");
    }

    #[test]
    fn wide_characters_count_two_columns_and_nothing_is_wider_than_the_view() {
        let text = "機械学習の評価は、単一の数字ではなく、多くの観点から行うべきです。👩\u{200d}💻 "
            .repeat(3)
            + "averyveryveryverylongwordwithoutanyplacetobreakitthatmustbecutsomewhereanyway";
        for width in [60, 80, 140, 200] {
            let mut page = Page::new(View::plain(width));
            page.paragraph("  - ", Tone::Plain, &text);
            page.labelled("  ", (Tone::Heading, "Missing:"), Tone::Plain, &text);
            for line in page.finish().lines() {
                assert!(columns_of(line) <= width, "{} of {width}: {line}", columns_of(line));
            }
        }
    }

    #[test]
    fn cutting_respects_columns() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("a longer text", 8), "a longe…");
        assert_eq!(cut("日本語の文", 6), "日本…");
        assert_eq!(padded("日本", 6), "日本  ");
    }
}
