//! How fast a year of history opens.
//!
//!     cargo bench --bench history                10,000 attempts: reading them, the schedule, the progress
//!     cargo bench --bench history -- jsonl N     prints N attempts as `coach history import` reads them
//!
//! The last lines are all that `coach practice` does before it shows what is due, and `coach progress` before its
//! tables.

#![allow(clippy::expect_used, reason = "a bench may stop where a program must not")]

use std::time::Instant;

use interview_coach::attempt::{Attempt, Given, Moment, Origin};
use interview_coach::bank::{Bank, Rubric};
use interview_coach::critique::{Critique, FlaggedMistake, Rating};
use interview_coach::progress::Progress;
use interview_coach::record::{JudgeRecord, Status, UsageRecord, graded};
use interview_coach::schedule::Schedule;
use interview_coach::score::Grade;
use interview_coach::store::History;
use jiff::{SignedDuration, Timestamp, civil};

/// A year of 27 answers a day.
const ATTEMPTS: usize = 10_000;

/// The first run is often slower than the others, and other programs run too.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let bank = Bank::shipped().expect("shipped rubrics are valid");
    match arguments.first().map(String::as_str) {
        Some("jsonl") => {
            let count = arguments.get(1).and_then(|count| count.parse().ok()).unwrap_or(ATTEMPTS);
            for attempt in attempts(&bank, count) {
                println!("{}", attempt.to_json());
            }
        }
        _ => speed(&bank),
    }
}

fn speed(bank: &Bank) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let all = attempts(bank, ATTEMPTS);
    let today = all.last().expect("there are some").moment.day;
    let mut history = History::open(home.path()).expect("a new history");
    timed("imported", || history.import(&all).expect("new attempts"));
    drop(history);
    let history = timed("opened", || History::open(home.path()).expect("the history"));
    let outlines = timed("read", || history.outlines().expect("attempts"));
    let rubrics = || bank.rubrics().map(AsRef::as_ref);
    let schedule = timed("scheduled", || Schedule::new(&outlines, rubrics(), today));
    let due = timed("what is due", || schedule.due());
    timed("the next day", || schedule.next_day());
    timed("progress", || Progress::new(&outlines, rubrics(), today));
    println!("{} attempts, {} questions due", outlines.len(), due.len());
    drop(history);
    // The whole way to the first screen of each command, as it is run.
    let open = || {
        let bank = Bank::shipped().expect("shipped rubrics are valid");
        let outlines = History::open(home.path()).and_then(|it| it.outlines()).expect("the history");
        (bank, outlines)
    };
    for _ in 0..RUNS {
        timed("practice", || {
            let (bank, outlines) = open();
            Schedule::new(&outlines, bank.rubrics().map(AsRef::as_ref), today).due().len()
        });
    }
    for _ in 0..RUNS {
        timed("progress", || {
            let (bank, outlines) = open();
            let rubrics = || bank.rubrics().map(AsRef::as_ref);
            let progress = Progress::new(&outlines, rubrics(), today);
            (progress.attempts, Schedule::new(&outlines, rubrics(), today).due().len())
        });
    }
}

fn timed<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = act();
    println!("{what:<12} {:>9.2?}", started.elapsed());
    done
}

/// Answers in the order of their times, question after question, better by and by, with some mistakes.
fn attempts(bank: &Bank, count: usize) -> Vec<Attempt> {
    let rubrics: Vec<&Rubric> = bank.rubrics().map(AsRef::as_ref).collect();
    (0..count).map(|number| attempt(rubrics[number * 7 % rubrics.len()], number, count)).collect()
}

fn attempt(rubric: &Rubric, number: usize, count: usize) -> Attempt {
    let minutes = i64::try_from(number * 365 * 24 * 60 / count).expect("a year of minutes");
    let at = Timestamp::from_second(1_740_000_000 + 60 * minutes).expect("a time");
    let day = civil::date(2025, 2, 19).saturating_add(SignedDuration::from_hours(minutes / 60));
    // The same numbers each time, but no pattern that a person would see.
    let chance = |salt: usize| (number * 2_654_435_761 + salt * 40_503) % 100;
    let reach = 30 + 60 * number / count;
    let ratings = rubric.criteria.iter().enumerate().map(|(place, criterion)| Rating {
        id: criterion.id.clone(),
        level: if chance(place) < reach { criterion.max_level() } else { criterion.max_level() / 2 },
        reason: "Makes some of the key points.".to_owned(),
        advice: "Say that ".to_owned() + criterion.key_points.first().map_or("", String::as_str),
        evidence: Vec::new(),
        missing: criterion.key_points.clone(),
        unfounded: false,
    });
    let mistakes = rubric.mistakes.iter().enumerate().filter(|(place, _)| chance(place + 50) > reach + 20);
    let mistakes = mistakes.map(|(_, mistake)| FlaggedMistake {
        id: mistake.id.clone(),
        kind: mistake.kind,
        evidence: None,
        why: mistake.description.clone(),
        advice: mistake.advice.clone(),
    });
    let critique = Critique { ratings: ratings.collect(), mistakes: mistakes.collect(), flags: Vec::new() };
    let judge = JudgeRecord::once("built-in");
    let grade = Grade::new(rubric, critique);
    let status = Status::Graded(Box::new(graded(rubric, &grade, judge, UsageRecord::default())));
    let answer = rubric.model_answer.split_inclusive(". ").take(1 + number % 9).collect();
    let given = Given { answer, moment: Moment { at, day }, seconds: 120, origin: Origin::Asked };
    Attempt::new(rubric, given, status, format!("sha256:{number}"))
}
