//! The figures of one rubric, and how they are found in its text.

use std::ops::Range;

/// What a rubric's figures are held to.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// The rubric.
    pub(crate) id: &'static str,
    /// Phrases of the question with the numbers that the figures follow from.
    pub(crate) given: Vec<&'static str>,
    /// Statements with a hole `{}` for each figure, and the figures as we compute them.
    pub(crate) statements: Vec<(&'static str, Vec<String>)>,
    /// Figures that follow from nothing: examples, thresholds that the candidate chooses, years.
    pub(crate) free: Vec<&'static str>,
}

impl Sheet {
    /// The sheet of a rubric, and what its question gives.
    pub(crate) fn of<const N: usize>(id: &'static str, given: [&'static str; N]) -> Self {
        Self { id, given: given.to_vec(), statements: Vec::new(), free: Vec::new() }
    }

    /// Wherever the rubric makes this statement, it has these figures; it makes it at least once.
    pub(crate) fn states<const N: usize>(mut self, statement: &'static str, computed: [String; N]) -> Self {
        assert_eq!(statement.matches("{}").count(), N, "{statement}");
        self.statements.push((statement, Vec::from(computed)));
        self
    }

    /// Figures that need no derivation.
    pub(crate) fn free<const N: usize>(mut self, figures: [&'static str; N]) -> Self {
        self.free.extend(figures);
        self
    }

    /// All figures that the rubric may state beyond those of its question.
    pub(crate) fn known(&self) -> impl Iterator<Item = String> {
        let within = self.statements.iter().flat_map(|(statement, _)| figures(statement)).map(|f| f.text);
        let computed = self.statements.iter().flat_map(|(_, computed)| computed).cloned();
        within.chain(computed).chain(self.free.iter().map(|text| (*text).to_owned()))
    }
}

/// A number written in digits.
#[derive(Debug)]
pub(crate) struct Figure {
    /// As it is written, without sign.
    pub(crate) text: String,
    /// Its place in the text, in bytes.
    pub(crate) place: Range<usize>,
}

/// The numbers of a text. Digits that are part of a name (`F1`, `KX-2041`, `8B`) are none.
pub(crate) fn figures(text: &str) -> Vec<Figure> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(offset) = text[start..].find(|c: char| c.is_ascii_digit()) {
        let from = start + offset;
        let to = from + length(&text[from..]);
        if !is_in_a_name(&text[..from], &text[to..]) {
            found.push(Figure { text: text[from..to].to_owned(), place: from..to });
        }
        start = to;
    }
    found
}

/// The length of the number that a text begins with: `1,000`, `0.25`, `4e14`.
fn length(text: &str) -> usize {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut length = digits(text);
    while text[length..].starts_with([',', '.', 'e']) && digits(&text[length + 1..]) > 0 {
        length += 1 + digits(&text[length + 1..]);
    }
    length
}

fn is_in_a_name(before: &str, after: &str) -> bool {
    let mut back = before.chars().rev();
    let joined = match back.next() {
        Some('-') => back.next().is_some_and(char::is_alphabetic),
        Some(previous) => previous.is_alphanumeric() || previous == '_',
        None => false,
    };
    joined || after.starts_with(char::is_alphabetic)
}

/// The figures that stand in the holes of a statement, once for each place where the text makes it.
pub(crate) fn matches(text: &str, statement: &str) -> Vec<Vec<String>> {
    let parts: Vec<&str> = statement.split("{}").collect();
    let found = figures(text);
    let begins = (0..found.len()).filter(|&first| text[..found[first].place.start].ends_with(parts[0]));
    begins.filter_map(|first| filled(text, &found[first..], &parts[1..])).collect()
}

fn filled(text: &str, found: &[Figure], parts: &[&str]) -> Option<Vec<String>> {
    let mut holes = Vec::new();
    let mut place = found.first()?.place.start;
    for part in parts {
        let figure = found.iter().find(|figure| figure.place.start == place)?;
        let rest = text[figure.place.end..].strip_prefix(part)?;
        place = text.len() - rest.len();
        holes.push(figure.text.clone());
    }
    Some(holes)
}

/// A number with so many decimals, and commas between the thousands.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let whole = text.split('.').next().unwrap_or("");
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + &text[whole.len()..]
}

/// A number rounded to a multiple of `step`, as in "about 1,460".
pub(crate) fn about(value: f64, step: f64) -> String {
    number((value / step).round() * step, 0)
}

/// A share in percent.
pub(crate) fn percent(share: f64, decimals: usize) -> String {
    number(100.0 * share, decimals)
}

/// Dollars in cents.
pub(crate) fn cents(dollars: f64, decimals: usize) -> String {
    number(100.0 * dollars, decimals)
}

/// Half the width of the 95 percent interval of a share, by the normal approximation.
pub(crate) fn margin(share: f64, count: f64) -> f64 {
    1.96 * (share * (1.0 - share) / count).sqrt()
}

#[test]
fn figures_are_read_with_commas_decimals_and_powers_but_not_out_of_names() {
    let read = |text| figures(text).into_iter().map(|figure| figure.text).collect::<Vec<_>>();
    assert_eq!(read("1,000 of 4e14, 0.25. Then 3"), ["1,000", "4e14", "0.25", "3"]);
    assert_eq!(read("F1 of KX-2041, 8B, INT8, x_1"), [""; 0]);
    assert_eq!(read("n(n-1)/4 and -2, 1/8"), ["4", "2", "1", "8"]);
}

#[test]
fn a_statement_matches_wherever_it_is_made() {
    let text = "It takes 5 ms or 7.6 ms; it takes 8 ms.";
    assert_eq!(matches(text, "takes {} ms"), [["5"], ["8"]]);
    assert_eq!(matches(text, "{} ms or {} ms"), [["5", "7.6"]]);
    assert_eq!(matches(text, "takes {} ms or 7.6 ms; it takes {} ms"), [["5", "8"]]);
    assert_eq!(matches(text, "takes {} seconds"), [[""; 0]; 0]);
}

#[test]
fn numbers_are_grouped_and_rounded() {
    assert_eq!(number(1_234_567.0, 0), "1,234,567");
    assert_eq!(number(999.5, 1), "999.5");
    assert_eq!(about(1_458.0, 10.0), "1,460");
    assert_eq!(percent(0.138_9, 1), "13.9");
}
