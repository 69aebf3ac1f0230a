//! How text is to be rendered: how wide, in which colours, in how much detail.

use console::Style;

use crate::cli::DetailArgs;

/// What a renderer needs to know of the place where its text will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Columns of a line.
    pub width: usize,
    /// Whether escape sequences for colours are wanted.
    pub colours: bool,
    /// How much is shown.
    pub detail: Detail,
}

/// How much of a critique is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Reasons, quotations and advice, but no numbers.
    WordsOnly,
    /// What a candidate needs.
    Usual,
    /// Also weights, level descriptors and every quotation in full length.
    Full,
}

impl From<DetailArgs> for Detail {
    fn from(args: DetailArgs) -> Self {
        match (args.no_scores, args.verbose) {
            (true, _) => Self::WordsOnly,
            (false, false) => Self::Usual,
            (false, true) => Self::Full,
        }
    }
}

/// What a piece of text is, from which follows how it looks. Colour never carries the meaning alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Heading,
    Good,
    Fair,
    Poor,
    Faint,
    Quotation,
}

impl View {
    /// A view without colours, as for a file or a test.
    pub fn plain(width: usize) -> Self {
        Self { width, colours: false, detail: Detail::Usual }
    }

    /// The same view with that much detail.
    #[must_use]
    pub fn with_detail(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }

    /// `text` in the look of `tone`. The text has to be sanitised already.
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.colours || text.is_empty() || tone == Tone::Plain {
            return text.to_owned();
        }
        let style = Style::new().force_styling(true);
        let style = match tone {
            Tone::Plain => style,
            Tone::Heading => style.bold(),
            Tone::Good => style.green(),
            Tone::Fair => style.yellow(),
            Tone::Poor => style.red(),
            Tone::Faint => style.dim(),
            Tone::Quotation => style.cyan(),
        };
        style.apply_to(text).to_string()
    }
}
