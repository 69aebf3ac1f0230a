//! `coach agreement`: what someone sees who compares grades with human ratings.

mod coach;

use coach::{Coach, Ran};
use serde_json::{Value, json};

/// A line of a grades file: levels of 4 of the criteria `theory` (weight 3) and `trade-offs` (weight 1).
fn graded(id: &str, question: &str, score: f64, levels: [u8; 2], mistakes: &[&str]) -> String {
    let criteria: Vec<Value> = ["theory", "trade-offs"]
        .iter()
        .zip(levels)
        .zip([3.0, 1.0])
        .map(|((id, level), weight)| {
            json!({"id": id, "level": level, "max_level": 4, "weight": weight, "reason": "", "advice": "",
                "evidence": [], "missing": []})
        })
        .collect();
    let mistakes: Vec<Value> = mistakes
        .iter()
        .map(|id| {
            json!({"id": id, "kind": "omitted", "quote": null, "start": null, "end": null, "why": "", "advice": ""})
        })
        .collect();
    let line = json!({"id": id, "question": question, "status": "graded", "score": score, "band": "weak",
        "criteria": criteria, "mistakes": mistakes, "flags": [], "key": "sha256:0",
        "judge": {"name": "local", "model": "qwen3", "samples": 1, "agreement": null},
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "cost": null, "latency_ms": 0}});
    format!("{line}\n")
}

fn ungraded(id: &str) -> String {
    let reason = json!({"kind": "truncated", "message": "the reply was cut"});
    format!("{}\n", json!({"id": id, "status": "ungraded", "reason": reason, "key": "sha256:0"}))
}

/// Six graded answers to two questions, one ungraded, one that only the grades have.
fn grades() -> String {
    [
        graded("a1", "rag", 25.0, [1, 1], &["no-cost"]),
        graded("a2", "rag", 50.0, [2, 2], &[]),
        graded("a3", "rag", 68.8, [3, 2], &["ends-hallucination", "no-cost"]),
        graded("b1", "surprisal", 87.5, [4, 2], &[]),
        graded("b2", "surprisal", 31.3, [1, 2], &["no-cost"]),
        graded("b3", "surprisal", 75.0, [3, 3], &[]),
        ungraded("b4"),
        graded("extra", "rag", 0.0, [0, 0], &[]),
    ]
    .concat()
}

fn human(id: &str, human: &Value) -> String {
    format!("{}\n", json!({"id": id, "human": human}))
}

/// Ratings of the same answers, with levels and mistakes.
fn levels() -> String {
    let rated = |id: &str, theory: u8, trade_offs: u8, mistakes: &[&str]| {
        human(id, &json!({"levels": {"theory": theory, "trade-offs": trade_offs}, "mistakes": mistakes}))
    };
    [
        rated("a1", 2, 1, &["no-cost"]),
        rated("a2", 2, 3, &[]),
        rated("a3", 4, 2, &["no-cost"]),
        rated("b1", 4, 4, &[]),
        rated("b2", 2, 2, &["no-cost", "no-units"]),
        rated("b3", 3, 2, &[]),
        rated("b4", 4, 4, &[]),
        rated("missing", 4, 4, &[]),
    ]
    .concat()
}

fn compared(coach: &Coach, more: &[&str]) -> Ran {
    coach.run(&[&["agreement", "grades.jsonl", "--human", "human.jsonl"], more].concat())
}

fn with(grades: &str, human: &str) -> Coach {
    let coach = Coach::new();
    coach.write("grades.jsonl", grades);
    coach.write("human.jsonl", human);
    coach
}

#[test]
fn levels_and_mistakes_are_compared_and_what_is_left_out_is_named() {
    insta::assert_snapshot!(compared(&with(&grades(), &levels()), &[]).transcript(), @"
    6 answers rated by both a human and the judge
    judge: local, qwen3
      left out: 1 ungraded, which says nothing about the answer: b4
      left out: 1 only in the grades: extra
      left out: 1 only in the human ratings: missing
      scores of 6 answers are from levels alone, without penalties

    Score, 0 to 100 (6 answers)
      Pearson's r                   0.917 [0.721, 1.000]
      Spearman's rho                0.943 [0.515, 1.000]
      ICC(2,1)                      0.825 [0.425, 0.889]
      mean absolute error           13.54 [9.38, 17.71]
      bias                          -11.46 [-17.71, -4.17]
      same band                     50.0 % [16.7 %, 83.3 %]
      within one band               83.3 % [50.0 %, 100.0 %]
      Cohen's kappa, bands          0.308 [-0.250, 0.760]
      weighted kappa, bands         0.600 [-0.138, 0.951]
      Pearson's r within question   0.923 [0.853, 1.000]
                                    mean over 2 questions

    Levels, all criteria (12 ratings of 6 answers)
      Pearson's r                   0.665 [0.344, 0.830]
      Spearman's rho                0.659 [0.291, 0.835]
      ICC(2,1)                      0.624 [0.304, 0.720]
      mean absolute error           0.58 [0.50, 0.75]
      bias                          -0.42 [-0.75, 0.00]
      same level                    50.0 % [50.0 %, 50.0 %]
      within one level              91.7 % [75.0 %, 100.0 %]
      Cohen's kappa, levels         0.294 [0.100, 0.351]
      weighted kappa, levels        0.603 [0.286, 0.702]

    Criteria (- where undefined; --json says why)
        n  r       bias   same    weighted kappa          criterion
      rag
        3  0.866   -0.67  33.3 %  0.667 [0.000, 0.727]    theory
        3  0.866   -0.33  66.7 %  0.667 [0.000, 1.000]    trade-offs
      surprisal
        3  0.982   -0.33  66.7 %  0.857 [0.000, 1.000]    theory
        3  -0.500  -0.33  33.3 %  -0.364 [-0.800, 0.000]  trade-offs

    Mistakes (6 answers)
      precision                     0.750 [0.500, 1.000]
      recall                        0.750 [0.500, 1.000]
      F1                            0.750 [0.667, 1.000]
      3 by both, 1 by the judge alone, 1 by the human alone
        no-cost: 3 both, 0 judge, 0 human
        ends-hallucination: 0 both, 1 judge, 0 human
        no-units: 0 both, 0 judge, 1 human

    Furthest apart
      human  judge  difference  answer
      43.8   25.0   -18.8       a1 (rag)
      87.5   68.8   -18.8       a3 (rag)
      50.0   31.2   -18.8       b2 (surprisal)
      100.0  87.5   -12.5       b1 (surprisal)
      56.2   50.0   -6.2        a2 (rag)
      68.8   75.0   +6.2        b3 (surprisal)

    In brackets: 95 % of 1000 resamples of the answers lie between the two
    (percentile bootstrap, fixed seed). Bias is judge less human.
    --- stderr
    --- exit 0
    ");
}

#[test]
fn scores_alone_are_enough() {
    let scores: String = [("a1", 30), ("a2", 55), ("a3", 90), ("b1", 95), ("b2", 20), ("b3", 75)]
        .map(|(id, score)| human(id, &json!({"score": score})))
        .concat();
    insta::assert_snapshot!(compared(&with(&grades(), &scores), &["--furthest", "2"]).transcript(), @"
    6 answers rated by both a human and the judge
    judge: local, qwen3
      left out: 1 ungraded, which says nothing about the answer: b4
      left out: 1 only in the grades: extra

    Score, 0 to 100 (6 answers)
      Pearson's r                   0.953 [0.803, 1.000]
      Spearman's rho                0.886 [0.200, 1.000]
      ICC(2,1)                      0.929 [0.624, 0.982]
      mean absolute error           8.33 [3.75, 13.97]
      bias                          -4.57 [-12.68, +3.15]
      same band                     83.3 % [50.0 %, 100.0 %]
      within one band               83.3 % [50.0 %, 100.0 %]
      Cohen's kappa, bands          0.778 [0.280, 1.000]
      weighted kappa, bands         0.765 [0.077, 1.000]
      Pearson's r within question   0.992 [0.977, 1.000]
                                    mean over 2 questions

    Furthest apart
      human  judge  difference  answer
      90.0   68.8   -21.2       a3 (rag)
      20.0   31.3   +11.3       b2 (surprisal)

    In brackets: 95 % of 1000 resamples of the answers lie between the two
    (percentile bootstrap, fixed seed). Bias is judge less human.
    --- stderr
    --- exit 0
    ");
}

#[test]
fn json_has_every_figure_and_never_nan() {
    let ran = compared(&with(&grades(), &levels()), &["--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(found["answers"], 6);
    assert_eq!(found["left_out"]["ungraded"], json!({"count": 1, "first": ["b4"]}));
    assert_eq!(found["left_out"]["only_in_human"]["first"], json!(["missing"]));
    assert_eq!(found["criteria"].as_array().unwrap().len(), 4);
    // One of three answers; humans gave `theory` of rag 2, 2, 4 and the judge 1, 2, 3.
    let theory = &found["criteria"][0];
    assert_eq!((&theory["question"], &theory["criterion"]), (&json!("rag"), &json!("theory")));
    assert_eq!(theory["exact"]["value"], json!(0.333_333));
    assert_eq!(theory["bias"]["value"], json!(-0.666_667));
    assert_eq!(found["mistakes"]["precision"]["value"], json!(0.75));
    let constant = &found["criteria"][3]["spearman"];
    assert_eq!(constant["value"].is_null(), constant["undefined"].is_string(), "{constant}");
    assert!(!ran.stdout.contains("NaN"));
}

#[test]
fn two_pairs_are_too_few_for_a_correlation() {
    let scores = human("a1", &json!({"score": 30})) + &human("a2", &json!({"score": 55}));
    let ran = compared(&with(&grades(), &scores), &["--min-r", "0.5"]);
    assert!(
        ran.stdout.contains("Pearson's r                   undefined: needs 3 pairs, has 2"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stderr,
        "error: Pearson's r is undefined, so --min-r 0.5 is not met: needs 3 pairs, has 2\n"
    );
}

#[test]
fn thresholds_are_for_scripts() {
    let coach = with(&grades(), &levels());
    for (flags, code, said) in [
        (&["--min-r", "0.5", "--min-kappa", "0.5"][..], 0, ""),
        (&["--min-r", "0.99"], 1, "error: Pearson's r is 0."),
        (&["--min-kappa", "0.99"], 1, "error: weighted kappa is 0."),
        (&["--min-kappa", "2"], 2, "must be a number from -1 to 1"),
    ] {
        let ran = compared(&coach, flags);
        assert_eq!(ran.code, code, "{flags:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{flags:?}: {}", ran.stderr);
    }
}

#[test]
fn a_sheet_that_people_filled_in_is_read() {
    let coach = with(&grades(), "");
    let sheet = "\u{feff}ID;x,answer,level:theory,level:trade-offs,mistakes\r\n";
    coach.write("sheet.csv", sheet);
    let ran = coach.run(&["agreement", "grades.jsonl", "--human", "sheet.csv"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("sheet.csv line 1 has no column `id`; it has: ID;x, answer"),
        "{}",
        ran.stderr
    );
    let sheet = "\u{feff}ID,answer,level:theory,level:trade-offs,mistakes\r\n\
                 a1,\"two\r\nlines\",2,1,no-cost\r\na2,x,2,3,\r\n,,,,\r\na3,x,4,2,no-cost; no-units\r\nb1,x,,,\r\n";
    coach.write("sheet.csv", sheet);
    let ran = coach.run(&["agreement", "grades.jsonl", "--human", "sheet.csv", "--json"]);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&found["answers"], &found["left_out"]["not_rated"]["count"]), (&json!(3), &json!(1)));
    assert_eq!(found["mistakes"]["only_human"], json!(1));
}

#[test]
fn scores_on_another_scale_are_named_or_refused() {
    let coach = Coach::new();
    coach.write("grades.jsonl", grades());
    coach.write("human.csv", "id,score\na1,0.25\na2,0.5\na3,0.75\n");
    let run = |more: &[&str]| {
        coach.run(&[&["agreement", "grades.jsonl", "--human", "human.csv", "--json"], more].concat())
    };
    let found: Value = serde_json::from_str(&run(&["--max-score", "1"]).stdout).unwrap();
    assert_eq!(found["score"]["bias"]["value"], json!(-2.066_667));
    let ran = run(&["--max-score", "0.5"]);
    assert_eq!(
        ran.transcript(),
        "--- stderr\nerror: human.csv:4: the human score 0.75 is not within 0 to 0.5\n\
         hint: correct these records, then run the command again\n--- exit 2"
    );
}

#[test]
fn a_sheet_with_an_unclosed_cell_is_refused() {
    let coach = Coach::new();
    coach.write("grades.jsonl", grades());
    coach.write("sheet.csv", "id,answer,score\na1,x,30\na2,\"x,40\na3,x,50\n");
    let ran = coach.run(&["agreement", "grades.jsonl", "--human", "sheet.csv"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("sheet.csv:3: a quotation mark is never closed"), "{}", ran.stderr);
}

#[test]
fn files_that_cannot_be_compared_are_refused_with_the_reason() {
    for (grades, human, code, said) in [
        (
            grades(),
            "{\"id\": \"zoe\", \"human\": {\"score\": 3}}\n".to_owned(),
            2,
            "the grades have \"a1\", the human ratings \"zoe\"",
        ),
        (grades(), "{\"id\": \"a1\", \"answer\": \"x\"}\n".to_owned(), 2, "add `human` to the records"),
        (ungraded("a1"), human("a1", &json!({"score": 3})), 2, "the grades are all ungraded"),
        (levels(), levels(), 2, "grades.jsonl line 1 is no grade"),
        (
            grades(),
            "{\"id\": \"a1\", \"human\": {\"score\": 720}}\n{\n".to_owned(),
            2,
            "human.jsonl:2: not JSON",
        ),
        (
            grades(),
            human("a1", &json!({"levels": {"theori": 3}})),
            2,
            "the human rated \"theori\" of a1, but its grade has the criteria theory, trade-offs",
        ),
        (String::new(), String::new(), 2, "no answer has both a grade in grades.jsonl and a human rating"),
    ] {
        let ran = compared(&with(&grades, &human), &[]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
    let ran = with(&grades(), "").run(&["agreement", "nowhere.jsonl", "--human", "human.jsonl"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("cannot read nowhere.jsonl"), "{}", ran.stderr);
}

#[test]
fn a_run_that_was_killed_while_it_wrote_can_be_compared() {
    let torn = grades() + "{\"id\":\"b5\",\"question\":\"surpr";
    let ran = compared(&with(&torn, &levels()), &[]);
    assert_eq!(ran.transcript(), compared(&with(&grades(), &levels()), &[]).transcript());
}

#[test]
fn grades_come_down_a_pipe() {
    let coach = with("", &levels());
    let piped = coach.run_with(&["agreement", "-", "--human", "human.jsonl"], &grades());
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert!(piped.stdout.starts_with("6 answers rated by both"), "{}", piped.stdout);
}
