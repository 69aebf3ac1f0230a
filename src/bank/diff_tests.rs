//! Every field of a rubric against its effect, and how changes in lists are told apart.

use super::*;
use crate::answer::rubric_digest;
use crate::bank::{Bank, Difficulty, MistakeKind};

fn rubric() -> Rubric {
    Bank::shipped().unwrap().rubric("surprisal").unwrap().as_ref().clone()
}

/// An edit, and the changes that it makes.
type Case = (fn(&mut Rubric), &'static [&'static str]);

/// The changes as lines: effect, place, readers.
fn found(a: &Rubric, edit: impl Fn(&mut Rubric)) -> Vec<String> {
    let mut b = a.clone();
    edit(&mut b);
    let line = |change: &Change| {
        let readers: Vec<&str> = change.read_by.iter().map(|it| it.name()).collect();
        format!("{:?} {} {}", change.effect, change.place, readers.join("+")).trim_end().to_owned()
    };
    changes(a, &b).iter().map(line).collect()
}

#[test]
fn every_field_has_its_effect() {
    let cases: [Case; 22] = [
        (|it| it.title.push('x'), &["Nothing title"]),
        (|it| it.topic.push('x'), &["Nothing topic"]),
        (|it| it.difficulty = Difficulty::Intro, &["Nothing difficulty"]),
        (|it| it.minutes += 1, &["Nothing minutes"]),
        (|it| it.follow_ups.clear(), &["Nothing follow_ups"; 3]),
        (|it| it.sources.truncate(3), &["Nothing sources"]),
        (
            |it| it.exemplars[0].answer.push('x'),
            &["Nothing exemplars.strong: definitions, all numbers, all links.answer"],
        ),
        (|it| it.question.push('x'), &["Judging question built-in+models"]),
        (|it| it.model_answer.push('x'), &["Judging model_answer built-in"]),
        (|it| it.criteria[0].title.push('x'), &["Judging criteria.definition.title models"]),
        (|it| it.criteria[0].levels[2].push('x'), &["Judging criteria.definition.levels.2 models"]),
        (
            |it| it.criteria[0].key_points[1].push('x'),
            &["Judging criteria.definition.key_points built-in+models"],
        ),
        (|it| it.criteria[0].weight = 9.0, &["Scores criteria.definition.weight"]),
        (|it| it.criteria[0].id = "other".into(), &["Scores criteria.other.id"]),
        (|it| it.criteria.truncate(4), &["Scores criteria.cross-entropy-and-perplexity"]),
        (|it| it.criteria.swap(0, 1), &["Judging criteria.order models"]),
        (
            |it| it.criteria[3].levels.push("More.".to_owned()),
            &["Scores criteria.entropy.levels", "Judging criteria.entropy.levels.4 models"],
        ),
        (|it| it.mistakes[0].penalty = 1.0, &["Scores mistakes.mixes-bits-and-nats.penalty"]),
        (|it| it.mistakes[0].kind = MistakeKind::Omitted, &["Scores mistakes.mixes-bits-and-nats.kind"]),
        (|it| it.mistakes[0].signs.truncate(5), &["Judging mistakes.mixes-bits-and-nats.signs built-in"]),
        (
            |it| it.mistakes[0].description.push('x'),
            &["Judging mistakes.mixes-bits-and-nats.description models"],
        ),
        (|it| it.mistakes[0].advice.push('x'), &["Nothing mistakes.mixes-bits-and-nats.advice"]),
    ];
    let rubric = rubric();
    for (edit, expected) in cases {
        assert_eq!(found(&rubric, edit), expected);
    }
}

#[test]
fn what_may_change_a_grade_is_part_of_a_grades_key() {
    let cases: [fn(&mut Rubric); 6] = [
        |it| it.question.push('x'),
        |it| it.model_answer.push('x'),
        |it| it.criteria[0].weight = 9.0,
        |it| it.criteria.swap(0, 1),
        |it| it.criteria[0].levels[0].push('x'),
        |it| it.mistakes[0].signs.clear(),
    ];
    let a = rubric();
    for edit in cases {
        let mut b = a.clone();
        edit(&mut b);
        assert!(may_change_grades(&changes(&a, &b)));
        assert_ne!(rubric_digest(&a), rubric_digest(&b));
    }
}

#[test]
fn of_a_list_only_what_changed_is_named() {
    let a = rubric();
    let mut b = a.clone();
    b.criteria[0].key_points.remove(1);
    b.criteria[0].key_points[2].push_str(" And so.");
    let found = changes(&a, &b);
    let ends: Vec<(Option<&str>, Option<&str>)> =
        found.iter().map(|it| (it.before.as_deref(), it.after.as_deref())).collect();
    let points = &a.criteria[0].key_points;
    let last = format!("{} And so.", points[3]);
    assert_eq!(ends, [(Some(points[1].as_str()), None), (Some(points[3].as_str()), Some(last.as_str()))]);
}

#[test]
fn the_same_has_no_changes_and_every_shipped_rubric_differs_from_every_other() {
    let bank = Bank::shipped().unwrap();
    let all: Vec<_> = bank.rubrics().collect();
    for pair in all.windows(2) {
        assert_eq!(changes(pair[0], pair[0]), []);
        assert!(may_change_grades(&changes(pair[0], pair[1])));
    }
}
