//! What is asked next after which answers.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::attempt::{AttemptId, Moment};
use crate::bank::{Bank, MistakeId};

fn day(number: i64) -> Date {
    date(2026, 3, 1).saturating_add(SignedDuration::from_hours(24 * number))
}

/// An answer from memory: every criterion at `share` of its highest level, but those named at 0.
fn answered(rubric: &Rubric, number: i64, share: f64, absent: &[&str], mistakes: &[&str]) -> Outline {
    let at = Timestamp::from_second(1_772_300_000 + 86_400 * number).unwrap();
    let level = |criterion: &Criterion| {
        if absent.contains(&criterion.id.as_str()) { 0.0 } else { f64::from(criterion.max_level()) * share }
    };
    let levels: Vec<_> = rubric
        .criteria
        .iter()
        .map(|criterion| (criterion.id.clone(), level(criterion).ceil() as u8, criterion.max_level()))
        .collect();
    let points = 100.0 * share - if absent.is_empty() { 0.0 } else { 20.0 };
    Outline {
        id: AttemptId::of(&rubric.id, "", at),
        question: rubric.id.clone(),
        moment: Moment { at, day: day(number) },
        seconds: 100,
        is_asked: true,
        marks: Some(Marks {
            score: serde_json::from_value(points.into()).unwrap(),
            levels,
            mistakes: mistakes.iter().map(|id| MistakeId::from(*id)).collect(),
        }),
    }
}

fn ids<'b>(suggestions: &[Suggestion<'b>]) -> Vec<&'b str> {
    suggestions.iter().map(|suggestion| suggestion.rubric.id.as_str()).collect()
}

const LATENCY: &str = "no-latency-cost-or-token-budget";

struct Fixture(Bank);

impl Fixture {
    fn new() -> Self {
        Self(Bank::shipped().unwrap())
    }

    fn rubric(&self, id: &str) -> &Rubric {
        self.0.rubric(id).unwrap()
    }

    fn rubrics(&self) -> impl Iterator<Item = &Rubric> {
        self.0.rubrics().map(AsRef::as_ref)
    }

    fn schedule(&self, outlines: &[Outline], today: i64) -> Schedule<'_> {
        Schedule::new(outlines, self.rubrics(), day(today))
    }
}

#[test]
fn a_question_comes_back_when_its_score_says_so() {
    let fixture = Fixture::new();
    let surprisal = fixture.rubric("surprisal");
    // Days until it is due, by the score: FSRS-6's first intervals for again, hard, good and easy.
    for (share, days) in [(0.0, 1), (0.5, 1), (0.75, 2), (1.0, 8)] {
        let answers = [answered(surprisal, 0, share, &[], &[])];
        assert!(ids(&fixture.schedule(&answers, days - 1).due()).is_empty(), "{share}");
        assert_eq!(ids(&fixture.schedule(&answers, days).due()), ["surprisal"], "{share}");
        assert_eq!(fixture.schedule(&answers, 0).next_day(), Some((day(days), 1)), "{share}");
    }
}

#[test]
fn a_missed_criterion_brings_a_good_answer_back_and_is_named() {
    let fixture = Fixture::new();
    let surprisal = fixture.rubric("surprisal");
    let missed = surprisal.criteria[0].id.as_str();
    // 80 points are good and due in two days; the criterion at level 0 is due tomorrow.
    let answers = [answered(surprisal, 0, 1.0, &[missed], &[])];
    let due = fixture.schedule(&answers, 1).due();
    assert_eq!(ids(&due), ["surprisal"]);
    assert_eq!(due[0].reasons[0], Reason::Criterion { criterion: &surprisal.criteria[0], missed: 1, of: 1 });
    assert!(matches!(due[0].reasons[1], Reason::Answered { days: 1, .. }), "{:?}", due[0].reasons);
    // Once it is covered, it waits as long as its memory lasts.
    let better = [answers[0].clone(), answered(surprisal, 1, 1.0, &[], &[])];
    assert!(fixture.schedule(&better, 2).due().is_empty());
}

#[test]
fn a_mistake_is_counted_over_questions_and_asks_for_one_of_them() {
    let fixture = Fixture::new();
    let looking: Vec<&Rubric> =
        fixture.rubrics().filter(|rubric| rubric.mistake(LATENCY).is_some()).take(4).collect();
    let made = [&[LATENCY][..], &[LATENCY], &[], &[LATENCY]];
    let answers: Vec<Outline> = looking
        .iter()
        .zip(made)
        .zip(0..)
        .map(|((rubric, made), at)| answered(rubric, at, 1.0, &[], made))
        .collect();
    let due = fixture.schedule(&answers, 4).due();
    assert_eq!(ids(&due), [looking[0].id.as_str()], "the one that was answered longest ago");
    let Reason::Mistake { mistake, made, of } = due[0].reasons[0] else { panic!("{:?}", due[0].reasons) };
    assert_eq!((mistake.id.as_str(), made, of), (LATENCY, 3, 4));
    let drill = fixture.schedule(&answers, 3).drill(LATENCY);
    assert_eq!(ids(&drill)[..3], ids(&looking_at(&looking))[..3]);
    assert_eq!(ids(&drill).last(), Some(&looking[3].id.as_str()), "today's comes last");
}

fn looking_at<'b>(rubrics: &[&'b Rubric]) -> Vec<Suggestion<'b>> {
    rubrics.iter().map(|rubric| Suggestion { rubric, reasons: Vec::new() }).collect()
}

#[test]
fn revisions_ungraded_answers_and_unknown_questions_teach_nothing() {
    let fixture = Fixture::new();
    let surprisal = fixture.rubric("surprisal");
    let revision = Outline { is_asked: false, ..answered(surprisal, 0, 0.0, &[], &[]) };
    let ungraded = Outline { marks: None, ..answered(surprisal, 0, 0.0, &[], &[]) };
    let unknown = Outline { question: "gone".into(), ..answered(surprisal, 0, 0.0, &[], &[]) };
    let schedule = fixture.schedule(&[revision, ungraded, unknown], 9);
    assert!(schedule.is_blank() && schedule.due().is_empty() && schedule.next_day().is_none());
    assert_eq!(schedule.new_questions().len(), fixture.rubrics().count());
    assert_eq!(schedule.new_questions()[0].rubric.difficulty, Difficulty::Intro);
    assert_eq!(schedule.new_questions()[0].reasons, [Reason::New]);
}

#[test]
fn weak_questions_come_weakest_first() {
    let fixture = Fixture::new();
    let (a, b, c) = (
        fixture.rubric("surprisal"),
        fixture.rubric("rag-vs-fine-tuning"),
        fixture.rubric("chunking-and-reranking"),
    );
    let answers = [
        answered(a, 0, 0.6, &[], &[]),
        answered(b, 0, 0.2, &[], &[]),
        answered(c, 0, 0.1, &[], &[]),
        answered(c, 1, 0.9, &[], &[]),
    ];
    assert_eq!(ids(&fixture.schedule(&answers, 1).weak()), [b.id.as_str(), a.id.as_str()]);
    let due = fixture.schedule(&answers, 30).due();
    assert_eq!(ids(&due)[0], b.id.as_str(), "the one most likely forgotten comes first");
}
