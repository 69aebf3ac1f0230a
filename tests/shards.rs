//! Parts of a set of answers on several machines: `coach grade --shard`, and `coach merge` that joins them.

mod coach;
mod many;

use coach::{Coach, answer, by_id};
use many::varied_answers;

fn grade(coach: &Coach, shard: &str, output: &str) {
    let ran = coach.run(&["grade", "a.jsonl", "--judge", "built-in", "--shard", shard, "-o", output]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn four_shards_merged_are_one_run() {
    let coach = Coach::new();
    coach.write("a.jsonl", varied_answers(500));
    let ran = coach.run(&["grade", "a.jsonl", "--judge", "built-in", "-o", "whole.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for part in 1..=4 {
        grade(&coach, &format!("{part}/4"), &format!("{part}.jsonl"));
        let lines = coach.grades(&format!("{part}.jsonl")).len();
        // 125 expected; four standard deviations of the binomial are 39.
        assert!((86..=164).contains(&lines), "{part}: {lines}");
    }
    let ran = coach.run(&[
        "merge",
        "1.jsonl",
        "2.jsonl",
        "3.jsonl",
        "4.jsonl",
        "-o",
        "all.jsonl",
        "--answers",
        "a.jsonl",
        "--shards",
        "4",
    ]);
    assert_eq!(ran.transcript(), "--- stderr\n500 graded, 0 ungraded, of 4 files\n--- exit 0");
    assert_eq!(by_id(coach.grades("all.jsonl")), by_id(coach.grades("whole.jsonl")));
}

#[test]
fn a_missing_shard_and_missing_answers_are_named() {
    let coach = Coach::new();
    coach.write("a.jsonl", varied_answers(12));
    grade(&coach, "1/3", "1.jsonl");
    grade(&coach, "3/3", "3.jsonl");
    let ran = coach.run(&[
        "merge",
        "1.jsonl",
        "3.jsonl",
        "-o",
        "all.jsonl",
        "--shards",
        "3",
        "--answers",
        "a.jsonl",
    ]);
    insta::assert_snapshot!(ran.transcript());
    let lines = coach.grades("all.jsonl").len();
    grade(&coach, "2/3", "2.jsonl");
    assert_eq!(
        lines + coach.grades("2.jsonl").len(),
        12,
        "what is there is merged, the rest is as many as named"
    );
}

#[test]
fn grades_that_contradict_each_other_are_refused() {
    let coach = Coach::new();
    let (long, short) =
        ("It is minus the logarithm of the probability, in bits.", "It is about probability.");
    coach.write("a.jsonl", answer("x", "surprisal", long) + &answer("y", "surprisal", long));
    coach.write("b.jsonl", answer("x", "surprisal", short) + &answer("y", "surprisal", long));
    for (answers, grades) in [("a.jsonl", "1.jsonl"), ("b.jsonl", "2.jsonl")] {
        coach.run(&["grade", answers, "--judge", "built-in", "-o", grades]);
    }
    let ran = coach.run(&["merge", "1.jsonl", "2.jsonl", "-o", "all.jsonl"]);
    insta::assert_snapshot!(ran.transcript());
    assert!(!coach.path("all.jsonl").exists());

    let ran = coach.run(&["merge", "1.jsonl", "1.jsonl", "-o", "all.jsonl"]);
    assert_eq!(ran.stderr, "2 graded, 0 ungraded, of 2 files; 2 lines came more than once\n");
    assert_eq!(coach.read("all.jsonl"), coach.read("1.jsonl"));
    let ran = coach.run(&["merge", "1.jsonl", "all.jsonl", "-o", "all.jsonl"]);
    assert_eq!((ran.code, ran.stderr.contains("both one of the grades files and the output")), (2, true));
}

#[test]
fn a_record_without_an_id_is_in_one_shard_too() {
    let coach = Coach::new();
    coach.write(
        "a.jsonl",
        "not JSON\n{\"id\": 7}\n".to_owned() + &answer("x", "surprisal", "It is a logarithm."),
    );
    let mut settled = Vec::new();
    for part in 1..=5 {
        let output = format!("{part}.jsonl");
        coach.run(&[
            "grade",
            "a.jsonl",
            "--judge",
            "built-in",
            "--shard",
            &format!("{part}/5"),
            "-o",
            &output,
        ]);
        settled.extend(coach.grades(&output));
    }
    let ids: Vec<String> =
        by_id(settled).iter().map(|grade| grade["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["a.jsonl:1", "a.jsonl:2", "x"]);
}

#[test]
fn merge_wants_grades_and_shards_that_exist() {
    let coach = Coach::new();
    coach.write("a.jsonl", answer("x", "surprisal", "It is a logarithm."));
    for (arguments, said) in [
        (&["merge", "a.jsonl", "-o", "all.jsonl"][..], "a.jsonl has a line that is no grade"),
        (&["merge", "gone.jsonl", "-o", "all.jsonl"], "cannot read gone.jsonl"),
        (&["grade", "a.jsonl", "--shard", "5/4"], "must be K/N with K from 1 to N, such as 1/4"),
    ] {
        let ran = coach.run(arguments);
        assert!(ran.stderr.contains(said) && ran.code != 0, "{arguments:?}: {}", ran.stderr);
    }
}
