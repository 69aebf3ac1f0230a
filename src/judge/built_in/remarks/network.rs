//! A small convolutional network over the words of a sentence (Kim 2014, "Convolutional Neural Networks for Sentence
//! Classification"): static word vectors and learnt pieces of words, windows of one to four tokens, the strongest of each
//! kind, one weighted sum.
//!
//! `assets/remarks/learn.py` learns the numbers and describes the file. What a token adds to each window does not depend
//! on its neighbours, so it is computed once for a word and kept; a sentence then costs additions.

use std::sync::LazyLock;

use super::super::vectors::{DIMENSIONS, Vector, add, dot, vectors};

static BYTES: &[u8] = include_bytes!("../../../../assets/remarks/network.bin");

/// What the file begins with: magic and version.
const MAGIC: &[u8] = b"COACHNET\x01\x00\x00\x00";

/// Rows of the table of pieces.
const PIECES: usize = 8192;
/// Numbers that stand for a token.
const STATE: usize = 48;
/// Kinds of windows of each width.
const FILTERS: usize = 48;
/// The widest window, in tokens.
const WIDEST: usize = 4;
/// Places in all windows together: one of one token, two of two tokens, and so on.
const PLACES: usize = WIDEST * (WIDEST + 1) / 2;

/// What a token adds to each window at each place in it.
pub(in super::super) type Taps = [f32; PLACES * FILTERS];

/// The learnt numbers.
struct Network {
    /// For each piece a scale and so many signed bytes.
    pieces: &'static [u8],
    projection: Vec<Vector>,
    projection_bias: Vec<f32>,
    /// For each number of a state what it adds to each window at each place.
    windows: Vec<Taps>,
    /// For each width and filter.
    window_biases: Vec<f32>,
    /// For each width and filter.
    weights: Vec<f32>,
    bias: f32,
}

static NETWORK: LazyLock<Network> = LazyLock::new(Network::load);

/// What a token adds to each window. `name` is how the network knows it; `Begin` and `End` have names that no word has.
pub(super) fn taps(name: &str) -> Box<Taps> {
    NETWORK.taps(name)
}

/// The logarithm of the odds that a sentence of these tokens is a remark.
pub(super) fn log_odds(tokens: &[&Taps]) -> f32 {
    NETWORK.log_odds(tokens)
}

impl Network {
    fn load() -> Self {
        let mut rest = BYTES.strip_prefix(MAGIC).unwrap_or_default();
        let mut take = |bytes: usize| {
            let (taken, left) = rest.split_at(bytes.min(rest.len()));
            rest = left;
            taken
        };
        let pieces = take(PIECES * (4 + STATE));
        let mut numbers =
            |count: usize| -> Vec<f32> { take(count * 4).chunks_exact(4).map(number).collect() };
        let projection = numbers(STATE * DIMENSIONS);
        let projection = projection.chunks_exact(DIMENSIONS).filter_map(|row| row.try_into().ok()).collect();
        let projection_bias = numbers(STATE);
        let windows = numbers(PLACES * FILTERS * STATE);
        let windows = windows.chunks_exact(PLACES * FILTERS).filter_map(|row| row.try_into().ok()).collect();
        let window_biases = numbers(WIDEST * FILTERS);
        let weights = numbers(WIDEST * FILTERS);
        let bias = numbers(1).first().copied().unwrap_or_default();
        Self { pieces, projection, projection_bias, windows, window_biases, weights, bias }
    }

    fn taps(&self, name: &str) -> Box<Taps> {
        let state = self.state(name);
        let mut taps = Box::new([0.0; PLACES * FILTERS]);
        for (number, windows) in state.iter().zip(&self.windows) {
            add(&mut *taps, windows, *number);
        }
        taps
    }

    fn state(&self, name: &str) -> [f32; STATE] {
        let mut state = [0.0; STATE];
        let rows = pieces(name);
        for row in &rows {
            let row = self.pieces.get(row * (4 + STATE)..(row + 1) * (4 + STATE)).unwrap_or_default();
            let (scale, bytes) = row.split_at(row.len().min(4));
            let scale = number(scale) / rows.len() as f32;
            for (sum, byte) in state.iter_mut().zip(bytes) {
                *sum += f32::from(byte.cast_signed()) * scale;
            }
        }
        let vector = vectors().meaning(name).vector;
        let projected = self.projection.iter().zip(&self.projection_bias);
        for (number, (row, bias)) in state.iter_mut().zip(projected) {
            *number = (*number + dot(row, &vector) + bias).tanh();
        }
        state
    }

    fn log_odds(&self, tokens: &[&Taps]) -> f32 {
        let mut sum = self.bias;
        let mut place = 0;
        for width in 1..=WIDEST {
            let kinds = (width - 1) * FILTERS..width * FILTERS;
            let biases = self.window_biases.get(kinds.clone()).unwrap_or_default();
            let weights = self.weights.get(kinds).unwrap_or_default();
            // A window may begin before the sentence and end behind it; beyond it there is nothing to add.
            let mut strongest = [0.0_f32; FILTERS];
            for begin in 0..tokens.len() + width - 1 {
                let mut window = [0.0_f32; FILTERS];
                for offset in 0..width {
                    let Some(taps) = (begin + offset).checked_sub(width - 1).and_then(|at| tokens.get(at))
                    else {
                        continue;
                    };
                    let from = (place + offset) * FILTERS;
                    add(&mut window, taps.get(from..from + FILTERS).unwrap_or_default(), 1.0);
                }
                for (strongest, window) in strongest.iter_mut().zip(window) {
                    *strongest = strongest.max(window);
                }
            }
            for ((strongest, bias), weight) in strongest.iter().zip(biases).zip(weights) {
                sum += (strongest + bias).max(0.0) * weight;
            }
            place += width;
        }
        sum
    }
}

fn number(bytes: &[u8]) -> f32 {
    bytes.try_into().map_or(0.0, f32::from_le_bytes)
}

/// Letters from here on have a meaning of their own, as in Chinese, Japanese and Korean.
const FIRST_WIDE: char = '\u{2e80}';
/// Shorter words have no pieces but themselves.
const SHORTEST_WITH_PIECES: usize = 4;

/// The rows of a token's pieces: itself, and all runs of three to five of its letters.
fn pieces(name: &str) -> Vec<usize> {
    let mut rows = vec![row(name)];
    let wide = name.contains(|c| c >= FIRST_WIDE);
    let letters: Vec<char> = std::iter::once('<').chain(name.chars()).chain(['>']).collect();
    if letters.len() - 2 < SHORTEST_WITH_PIECES && !wide {
        return rows;
    }
    for length in if wide { 1..=3 } else { 3..=5 } {
        rows.extend(letters.windows(length).map(|run| row(&run.iter().collect::<String>())));
    }
    rows
}

/// FNV-1a, 64 bits, its upper half folded in (<http://www.isthe.com/chongo/tech/comp/fnv/>); `learn.py` has the same.
fn row(text: &str) -> usize {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    ((hash ^ (hash >> 32)) % PIECES as u64) as usize
}
