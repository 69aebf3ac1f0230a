//! How fast and how good the built-in judge is.
//!
//!     cargo bench --bench built_in                         answers a second on one core
//!     cargo bench --bench built_in -- saf FILE             Pearson r within questions, against human scores
//!     cargo bench --bench built_in -- mistakes [DETAILS]   mistakes found in wordings that are not in a rubric
//!     cargo bench --bench built_in -- attacks [DETAILS]    answers that want a grade without saying anything
//!     cargo bench --bench built_in -- tokens FILE          sentences of texts as tokens, for assets/remarks/learn.py
//!
//! How good it is on the exemplars of rubrics is what `coach rubric test` says.
//!
//! FILE is JSONL with `question_id`, `question`, `reference`, `answer` and `score`, as in SAF (Filighera et al.
//! 2022). Answers that say nothing ("No response.") are many there and easy, so figures are given with and
//! without them.

#![allow(clippy::expect_used, reason = "a bench may stop where a program must not")]

#[path = "built_in/attacks.rs"]
mod attacks;
#[path = "built_in/mistakes.rs"]
mod mistakes;

use std::collections::BTreeMap;
use std::time::Instant;

use interview_coach::bank::{Bank, Rubric, parse};
use interview_coach::judge::built_in::{BuiltIn, tokens_of_sentences};

/// Length that answers are brought to before their number a second is measured.
const WORDS: usize = 150;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.first().map(String::as_str) {
        Some("saf") => saf(arguments.get(1).expect("saf needs a file")),
        Some("mistakes") => mistakes::report(&bank(), arguments.get(1).is_some()),
        Some("attacks") => attacks::report(&bank(), arguments.get(1).is_some()),
        Some("tokens") => tokens(arguments.get(1).expect("tokens needs a file")),
        _ => speed(),
    }
}

/// For each line of a JSONL file the tokens of each sentence of its `text`, as a line of JSON.
fn tokens(file: &str) {
    for line in std::fs::read_to_string(file).expect("a readable file").lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        println!("{}", serde_json::json!(tokens_of_sentences(line["text"].as_str().expect("a text"))));
    }
}

fn bank() -> Bank {
    Bank::shipped().expect("shipped rubrics are valid")
}

/// Each exemplar's sentences, from a moving start, until there are 150 words: 2,000 different answers.
fn answers(rubric: &Rubric) -> Vec<String> {
    let all: Vec<&str> = rubric.exemplars.iter().flat_map(|e| e.answer.split_inclusive(". ")).collect();
    let from = |start: usize| {
        let mut answer = String::new();
        for sentence in all.iter().cycle().skip(start * 7 % all.len().max(1)) {
            if answer.split_whitespace().count() >= WORDS {
                break;
            }
            answer.push_str(sentence);
        }
        answer
    };
    (0..2000).map(from).collect()
}

fn speed() {
    let judge = BuiltIn::new();
    let started = Instant::now();
    let bank = bank();
    println!("bank parsed in {:?}", started.elapsed());
    for rubric in bank.rubrics() {
        let answers = answers(rubric);
        let started = Instant::now();
        let prepared = judge.prepare(rubric);
        let ready = started.elapsed();
        let started = Instant::now();
        let first = judge.critique(&prepared, rubric, &answers[0]).ratings.len();
        let one = started.elapsed();
        let started = Instant::now();
        let ratings: usize = answers.iter().map(|a| judge.critique(&prepared, rubric, a).ratings.len()).sum();
        let rate = answers.len() as f64 / started.elapsed().as_secs_f64();
        assert_eq!(ratings, first * answers.len());
        println!(
            "{:40} prepared {ready:>9.2?}  first {one:>9.2?}  {rate:>7.0} answers/s",
            rubric.id.as_str()
        );
    }
}

fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    let (xy, xx, yy) =
        (sum(&|p| (p.0 - mx) * (p.1 - my)), sum(&|p| (p.0 - mx).powi(2)), sum(&|p| (p.1 - my).powi(2)));
    if xx * yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}

/// A rubric with one criterion that is met by what the reference says.
fn rubric_of(question: &str, reference: &str, levels: usize) -> Rubric {
    let mut table = toml::Table::new();
    let text = |s: &str| toml::Value::String(s.to_owned());
    let level = |n: usize| text(&format!("Level {n} of {levels}: that much of the reference is there."));
    let mut criterion = toml::Table::new();
    for (key, value) in [("id", "reference"), ("title", "Reference"), ("dimension", "theory")] {
        criterion.insert(key.to_owned(), text(value));
    }
    criterion.insert("weight".to_owned(), toml::Value::Integer(1));
    criterion.insert("levels".to_owned(), toml::Value::Array((0..levels).map(level).collect()));
    criterion
        .insert("key_points".to_owned(), toml::Value::Array(vec![text(&reference.replace('\n', "\n\n"))]));
    for (key, value) in [("id", "saf"), ("title", "SAF"), ("topic", "saf"), ("difficulty", "core")] {
        table.insert(key.to_owned(), text(value));
    }
    table.insert("format".to_owned(), toml::Value::Integer(1));
    table.insert("minutes".to_owned(), toml::Value::Integer(2));
    table.insert("question".to_owned(), text(question));
    table.insert("model_answer".to_owned(), text(reference));
    table.insert("criteria".to_owned(), toml::Value::Array(vec![toml::Value::Table(criterion)]));
    parse::rubric("saf.toml", "saf", &table.to_string(), &[]).expect("a valid rubric")
}

fn says_nothing(answer: &str) -> bool {
    let words: Vec<String> = answer.split_whitespace().map(|w| w.trim_matches('.').to_lowercase()).collect();
    matches!(words.join(" ").as_str(), "" | "no response" | "no submission" | "empty submission")
}

fn saf(file: &str) {
    let text = std::fs::read_to_string(file).expect("a readable file");
    let mut questions: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
        questions.entry(row["question_id"].as_str().unwrap_or_default().to_owned()).or_default().push(row);
    }
    let judge = BuiltIn::new();
    let mut sums = [(0.0, 0.0); 2];
    let mut pooled = [Vec::new(), Vec::new()];
    for (id, rows) in &questions {
        let of = |key: &str| rows[0][key].as_str().unwrap_or_default().to_owned();
        let rubric = rubric_of(&of("question"), &of("reference"), 11);
        let prepared = judge.prepare(&rubric);
        let pair = |row: &serde_json::Value| {
            let answer = row["answer"].as_str().unwrap_or_default();
            let level = judge.critique(&prepared, &rubric, answer).ratings[0].level;
            (says_nothing(answer), (f64::from(level), row["score"].as_f64().unwrap_or_default()))
        };
        let pairs: Vec<(bool, (f64, f64))> = rows.iter().map(pair).collect();
        let all: Vec<_> = pairs.iter().map(|p| p.1).collect();
        let saying: Vec<_> = pairs.iter().filter(|p| !p.0).map(|p| p.1).collect();
        println!(
            "{id:16} {:4} answers r {:.3}   {:4} that say something r {:.3}",
            all.len(),
            pearson(&all),
            saying.len(),
            pearson(&saying)
        );
        for (slot, pairs) in [all, saying].into_iter().enumerate() {
            sums[slot].0 += pearson(&pairs);
            sums[slot].1 += 1.0;
            let mean = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / pairs.len() as f64;
            let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
            pooled[slot].extend(pairs.iter().map(|p| (p.0 - mx, p.1 - my)));
        }
    }
    for (slot, name) in ["all", "saying something"].iter().enumerate() {
        println!(
            "{name:17} mean r within questions {:.3}, pooled after centring {:.3}",
            sums[slot].0 / sums[slot].1,
            pearson(&pooled[slot])
        );
    }
}
