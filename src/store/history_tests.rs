//! The history on disk: what is kept, what is refused, and several terminals at once.

use jiff::Timestamp;

use super::*;
use crate::attempt::Origin;
use crate::record::Status;
use crate::score::{Reason, ReasonKind};

fn opened() -> (tempfile::TempDir, History) {
    let home = tempfile::tempdir().unwrap();
    let history = History::open(home.path()).unwrap();
    (home, history)
}

fn at(second: i64) -> Moment {
    let at = Timestamp::from_second(1_780_000_000 + second).unwrap();
    Moment { at, day: jiff::civil::date(2026, 5, 28) }
}

fn ungraded(answer: &str, second: i64) -> Attempt {
    let reason = Reason { kind: ReasonKind::EndpointFailed, message: "it was asleep".into() };
    Attempt {
        id: AttemptId::of(&"surprisal".into(), answer, at(second).at),
        question: "surprisal".into(),
        answer: answer.into(),
        moment: at(second),
        seconds: 61,
        origin: Origin::Asked,
        rubric: "sha256:00".into(),
        status: Status::Ungraded { reason },
        key: "sha256:11".into(),
    }
}

fn graded(answer: &str, second: i64) -> Attempt {
    let status = r#"{"status":"graded","score":40.5,"band":"weak","criteria":[{"id":"definition","level":1,
        "max_level":4,"weight":3.0,"reason":"r","advice":"a","evidence":[],"missing":[]}],"mistakes":[{"id":"m",
        "kind":"omitted","quote":null,"start":null,"end":null,"why":"w","advice":"a"}],"flags":[],"judge":
        {"name":"built-in","model":null,"samples":1,"agreement":null},"usage":{"prompt_tokens":0,
        "completion_tokens":0,"cost":null,"latency_ms":0}}"#;
    Attempt { status: serde_json::from_str(status).unwrap(), ..ungraded(answer, second) }
}

#[test]
fn attempts_come_back_oldest_first_and_whole() {
    let (home, mut history) = opened();
    let (first, second) = (graded("日本語 \u{1b}[31m <script>", 1), ungraded("b", 2));
    history.record(&second).unwrap();
    history.record(&first).unwrap();
    drop(history);
    let history = History::open(home.path()).unwrap();
    let mut kept = Vec::new();
    history
        .each(&mut |attempt| {
            kept.push(attempt);
            Ok(())
        })
        .unwrap();
    assert_eq!(kept, [first.clone(), second.clone()]);
    assert_eq!(history.outlines().unwrap(), [first.outline(), second.outline()]);
    assert_eq!(history.attempt(&first.id).unwrap(), Some(first.clone()));
    assert!(history.has_graded(&first.question, &first.answer).unwrap());
    assert!(!history.has_graded(&second.question, &second.answer).unwrap(), "it has no grade");
}

#[test]
fn a_grade_takes_the_place_of_none_and_importing_again_adds_nothing() {
    let (_home, mut history) = opened();
    let (waiting, done) = (ungraded("a", 1), graded("a", 1));
    let import = |history: &mut History, attempts: &[Attempt]| {
        let Imported { added, known } = history.import(attempts).unwrap();
        (added, known)
    };
    assert_eq!(import(&mut history, &[waiting.clone(), ungraded("b", 2)]), (2, 0));
    assert_eq!(import(&mut history, std::slice::from_ref(&done)), (1, 0));
    assert_eq!(import(&mut history, &[waiting, done.clone()]), (0, 2));
    assert_eq!(history.outlines().unwrap().len(), 2);
    assert_eq!(history.attempt(&done.id).unwrap(), Some(done));
}

#[test]
fn what_is_deleted_is_gone_from_the_file_too() {
    let (home, mut history) = opened();
    let secret = "a sentence that its writer wants to be gone";
    history.record(&graded(secret, 1)).unwrap();
    let other = graded("b", 2);
    history.record(&other).unwrap();
    let ids =
        history.ids_beginning(AttemptId::of(&"surprisal".into(), secret, at(1).at).as_str(), 2).unwrap();
    assert_eq!(ids.len(), 1);
    assert_eq!((history.delete(&ids).unwrap(), history.delete(&ids).unwrap()), (1, 0));
    assert_eq!(history.ids_beginning("", 9).unwrap(), [other.id]);
    assert_eq!(history.ids_beginning("%", 9).unwrap(), []);
    drop(history);
    let left = std::fs::read(home.path().join(FILE)).unwrap();
    assert!(!left.windows(secret.len()).any(|window| window == secret.as_bytes()));
}

#[test]
fn several_terminals_make_and_write_the_same_file() {
    let home = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for terminal in 0..4 {
            let home = home.path();
            scope.spawn(move || {
                let mut history = History::open(home).unwrap();
                for number in 0..10 {
                    history.record(&graded(&format!("{terminal} {number}"), number)).unwrap();
                }
            });
        }
    });
    assert_eq!(History::open(home.path()).unwrap().outlines().unwrap().len(), 40);
}

#[test]
fn a_damaged_file_is_an_error_and_stays_as_it_is() {
    let (home, mut history) = opened();
    for number in 0..50 {
        history.record(&graded(&"a longer answer ".repeat(100), number)).unwrap();
    }
    drop(history);
    let path = home.path().join(FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    // The head stays whole; every later page is overwritten.
    bytes[4096..].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let error = History::open(home.path()).and_then(|history| history.outlines()).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
