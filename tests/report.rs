//! `coach report`: what someone sees who makes a sheet, a summary, test cases or a page of grades.

mod coach;

use coach::{Coach, Ran};
use serde_json::{Value, json};

/// A line of a grades file.
fn graded(id: &str, question: &str, candidate: &str, score: f64, band: &str, mistakes: &[&str]) -> String {
    let criteria = [("definition", 4, "Says what it is."), ("units", 1, "Makes 1 of 4 key points.")];
    let criteria: Vec<Value> = criteria
        .iter()
        .map(|(id, level, reason)| {
            json!({"id": id, "level": level, "max_level": 4, "weight": 2.0, "reason": reason, "advice": "",
                "evidence": [], "missing": []})
        })
        .collect();
    let mistakes: Vec<Value> = mistakes
        .iter()
        .map(|id| {
            json!({"id": id, "kind": "omitted", "quote": null, "start": null, "end": null, "why": "It is not so.",
                "advice": "Name the unit."})
        })
        .collect();
    let line = json!({"id": id, "question": question, "candidate": candidate, "status": "graded", "score": score,
        "band": band, "criteria": criteria, "mistakes": mistakes, "flags": [], "key": "sha256:0",
        "judge": {"name": "local", "model": "qwen3", "samples": 1, "agreement": null},
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "cost": null, "latency_ms": 1500}});
    format!("{line}\n")
}

fn ungraded(id: &str) -> String {
    let reason = json!({"kind": "truncated", "message": "the reply was cut"});
    let line =
        json!({"id": id, "question": "surprisal", "status": "ungraded", "reason": reason, "key": "sha256:0"});
    format!("{line}\n")
}

/// Four answers to a shipped question; one to a question that the bank does not have; one ungraded.
fn grades() -> String {
    [
        graded("a1", "surprisal", "Ada", 91.5, "strong", &[]),
        graded("a2", "surprisal", "Ben", 38.0, "weak", &["mixes-bits-and-nats"]),
        graded("a3", "surprisal", "=Cleo", 62.5, "partial", &["mixes-bits-and-nats"]),
        graded("-4", "our-own", "Ada", 70.0, "solid", &["house-rule"]),
        ungraded("a5"),
    ]
    .concat()
}

fn with(grades: &str) -> Coach {
    let coach = Coach::new();
    coach.write("grades.jsonl", grades);
    coach
}

fn report(coach: &Coach, more: &[&str]) -> Ran {
    coach.run(&[&["report", "grades.jsonl"], more].concat())
}

#[test]
fn a_summary_has_counts_questions_mistakes_and_the_lowest_answers() {
    insta::assert_snapshot!(report(&with(&grades()), &[]).transcript(), @"
    # Grades

    4 graded, 1 ungraded, mean score **65.5**. Judge: `local, qwen3`.

    | strong | solid | partial | weak |
    | ---: | ---: | ---: | ---: |
    | 1 | 1 | 1 | 1 |

    ## By question

    | question | graded | mean | strong | solid | partial | weak | ungraded |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | `our-own` | 1 | 70.0 | 0 | 1 | 0 | 0 | 0 |
    | Explain surprisal and its units `surprisal` | 3 | 64.0 | 1 | 0 | 1 | 1 | 1 |

    ## Most flagged mistakes

    - Mixes up the units: 2 (50.0 % of the graded answers)
    - `house-rule`: 1 (25.0 % of the graded answers)

    ## Lowest answers

    | answer | candidate | question | score | band | mistakes |
    | --- | --- | --- | ---: | --- | --- |
    | `a2` | `Ben` | `surprisal` | 38.0 | weak | `mixes-bits-and-nats` |
    | `a3` | `=Cleo` | `surprisal` | 62.5 | partial | `mixes-bits-and-nats` |
    | `-4` | `Ada` | `our-own` | 70.0 | solid | `house-rule` |
    | `a1` | `Ada` | `surprisal` | 91.5 | strong |  |

    ## Ungraded

    - `a5` (truncated): `the reply was cut`
    --- stderr
    --- exit 0
    ");
}

#[test]
fn a_sheet_has_a_row_for_each_answer() {
    let ran = report(&with(&grades()), &["--format", "csv"]);
    assert!(ran.stdout.lines().all(|line| !line.is_empty()) && ran.stdout.ends_with("\r\n"));
    insta::assert_snapshot!(ran.transcript().replace('\r', ""), @"
    id,question,title,topic,candidate,day,status,score,band,mistakes,flags,judge,model,agreement,reason
    a1,surprisal,Explain surprisal and its units,theory,Ada,,graded,91.5,strong,,,local,qwen3,,
    a2,surprisal,Explain surprisal and its units,theory,Ben,,graded,38.0,weak,mixes-bits-and-nats,,local,qwen3,,
    a3,surprisal,Explain surprisal and its units,theory,'=Cleo,,graded,62.5,partial,mixes-bits-and-nats,,local,qwen3,,
    '-4,our-own,our-own,,Ada,,graded,70.0,solid,house-rule,,local,qwen3,,
    a5,surprisal,Explain surprisal and its units,theory,,,ungraded,,,,,,,,truncated: the reply was cut
    --- stderr
    --- exit 0
    ");
}

#[test]
fn a_long_sheet_has_a_row_for_each_rating() {
    let one = graded("a1", "surprisal", "Ada", 62.5, "partial", &[]);
    let ran = report(&with(&one), &["--format", "csv", "--long"]);
    insta::assert_snapshot!(ran.transcript().replace('\r', ""), @"
    id,question,candidate,day,score,band,criterion,dimension,weight,level,max_level,reason,advice
    a1,surprisal,Ada,,62.5,partial,definition,theory,2,4,4,Says what it is.,
    a1,surprisal,Ada,,62.5,partial,units,theory,2,1,4,Makes 1 of 4 key points.,
    --- stderr
    --- exit 0
    ");
}

#[test]
fn levels_and_answers_stand_in_the_sheet_of_one_question() {
    let coach = with(&graded("a1", "surprisal", "Ada", 62.5, "partial", &[]));
    coach.write("answers.csv", "id,answer\na1,\"@SUM(1) \u{1b}[31mred, \"\"quoted\"\"\nand long\"\n");
    let ran = report(&coach, &["--answers", "answers.csv", "-o", "sheet.csv"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    insta::assert_snapshot!(coach.read("sheet.csv").replace('\r', ""), @r#"
    id,question,title,topic,candidate,day,status,score,band,mistakes,flags,judge,model,agreement,reason,level:definition,level:units,answer
    a1,surprisal,Explain surprisal and its units,theory,Ada,,graded,62.5,partial,,,local,qwen3,,,4,1,"'@SUM(1) \u{1b}[31mred, ""quoted""
    and long"
    "#);
}

#[test]
fn test_cases_fail_below_the_score_and_err_where_ungraded() {
    let coach = with(&grades());
    let ran = report(&coach, &["-o", "grades.xml", "--fail-under", "70"]);
    insta::assert_snapshot!(format!("{}\n{}", ran.transcript(), coach.read("grades.xml")), @r#"
    --- stderr
    error: 2 of 4 graded answers are below 70: a2, a3
    --- exit 1
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="coach" tests="5" skipped="0" failures="2" errors="1">
        <testsuite name="our-own" tests="1" skipped="0" errors="0" failures="0">
            <testcase name="-4" classname="our-own" time="1.500">
                <properties>
                    <property name="candidate" value="Ada"/>
                    <property name="score" value="70.0"/>
                    <property name="band" value="solid"/>
                    <property name="mistake" value="house-rule"/>
                </properties>
            </testcase>
        </testsuite>
        <testsuite name="surprisal" tests="4" skipped="0" errors="1" failures="2">
            <properties>
                <property name="title" value="Explain surprisal and its units"/>
            </properties>
            <testcase name="a1" classname="surprisal" time="1.500">
                <properties>
                    <property name="candidate" value="Ada"/>
                    <property name="score" value="91.5"/>
                    <property name="band" value="strong"/>
                </properties>
            </testcase>
            <testcase name="a2" classname="surprisal" time="1.500">
                <properties>
                    <property name="candidate" value="Ben"/>
                    <property name="score" value="38.0"/>
                    <property name="band" value="weak"/>
                    <property name="mistake" value="mixes-bits-and-nats"/>
                </properties>
                <failure message="scores 38.0, below 70" type="below">definition: level 4 of 4. Says what it is.
    units: level 1 of 4. Makes 1 of 4 key points.
    mistake: Mixes up the units. Name the unit.</failure>
            </testcase>
            <testcase name="a3" classname="surprisal" time="1.500">
                <properties>
                    <property name="candidate" value="=Cleo"/>
                    <property name="score" value="62.5"/>
                    <property name="band" value="partial"/>
                    <property name="mistake" value="mixes-bits-and-nats"/>
                </properties>
                <failure message="scores 62.5, below 70" type="below">definition: level 4 of 4. Says what it is.
    units: level 1 of 4. Makes 1 of 4 key points.
    mistake: Mixes up the units. Name the unit.</failure>
            </testcase>
            <testcase name="a5" classname="surprisal">
                <error message="the reply was cut" type="truncated"/>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn the_exit_code_says_whether_every_answer_reaches_the_score() {
    let one = graded("a1", "surprisal", "Ada", 70.0, "solid", &[]);
    let and_ungraded = one.clone() + &ungraded("a2");
    let and_below = and_ungraded.clone() + &graded("a3", "surprisal", "Ben", 69.9, "partial", &[]);
    for (grades, under, code) in [
        (&one, "70", 0),
        (&one, "70.1", 1),
        (&and_ungraded, "70", 3),
        (&and_below, "70", 1),
        (&and_below, "69.9", 3),
    ] {
        let ran = report(&with(grades), &["--fail-under", under]);
        assert_eq!(ran.code, code, "{under}: {}", ran.transcript());
        assert!(ran.stdout.starts_with("# Grades\n"));
    }
    assert_eq!(report(&with(&and_below), &[]).code, 0, "without a least score a report is just made");
    assert_eq!(report(&with(&one), &["--fail-under", "101"]).code, 2);
}

#[test]
fn a_later_line_replaces_an_earlier_one_and_a_torn_one_is_left_out() {
    let line = |score| graded("a1", "surprisal", "Ada", score, "weak", &[]);
    let torn = line(20.0) + &line(30.0) + &line(40.0)[..90];
    let ran = report(&with(&torn), &["--format", "csv", "--long"]);
    assert_eq!(ran.stdout.lines().filter(|row| row.contains(",30.0,")).count(), 2, "{}", ran.stdout);
    assert!(!ran.stdout.contains("20.0"));
}

#[test]
fn several_files_and_standard_input_make_one_report() {
    let coach = with(&graded("a1", "surprisal", "Ada", 10.0, "weak", &[]));
    let more = graded("a1", "surprisal", "Ben", 30.0, "weak", &[]);
    let ran = coach.run_with(&["report", "grades.jsonl", "-", "--format", "markdown"], &more);
    assert!(ran.stdout.contains("2 graded, mean score **20.0**."), "{}", ran.transcript());
}

#[test]
fn what_can_not_be_done_is_said_with_what_to_do() {
    let coach = with(&grades());
    coach.write("empty.jsonl", "");
    coach.write("other.jsonl", "{\"id\": 1}\n");
    let transcript = |arguments: &[&str]| coach.run(arguments).transcript();
    let all = [
        transcript(&["report", "missing.jsonl"]),
        transcript(&["report", "empty.jsonl"]),
        transcript(&["report", "other.jsonl"]),
        transcript(&["report", "grades.jsonl", "-o", "report.txt"]),
        transcript(&["report", "grades.jsonl", "-o", "grades.jsonl", "--format", "csv"]),
        transcript(&["report", "grades.jsonl", "--long"]),
        transcript(&["report", "-", "--answers", "-"]),
        transcript(&["report", "grades.jsonl", "-o", "no/such/folder.csv"]),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    --- stderr
    error: cannot read missing.jsonl: No such file or directory (os error 2)
    hint: check the path
    --- exit 1
    --- stderr
    error: there are no grades in empty.jsonl
    hint: name a file that `coach grade -o` wrote
    --- exit 2
    --- stderr
    error: other.jsonl line 1 is no grade: invalid type: integer `1`, expected a string at line 1 column 8
    hint: name a file that `coach grade -o` wrote
    --- exit 2
    --- stderr
    error: the ending of -o does not say which form the report has
    hint: name it with --format, or end the name in .html, .csv, .md or .xml
    --- exit 2
    --- stderr
    error: grades.jsonl is both read and written
    hint: name another output with -o
    --- exit 2
    --- stderr
    error: --long is for CSV only
    hint: add --format csv
    --- exit 2
    --- stderr
    error: standard input can be read only once
    hint: name files for the others
    --- exit 2
    --- stderr
    error: cannot write no/such/folder.csv: No such file or directory (os error 2)
    hint: check the path
    --- exit 1
    ");
}

#[test]
fn a_page_shows_the_answers_and_counts_those_that_are_missing() {
    let coach = with(&grades());
    coach.write("answers.jsonl", coach::answer("a1", "surprisal", "Surprisal is <b>-log p</b>.\u{1b}[2J"));
    let ran = report(&coach, &["--answers", "answers.jsonl", "-o", "report.html", "--fail-under", "70"]);
    insta::assert_snapshot!(ran.transcript(), @"
    --- stderr
    4 of 5 grades have no answer of their id and question in the files of --answers
    error: 2 of 4 graded answers are below 70: a2, a3
    --- exit 1
    ");
    let page = coach.read("report.html");
    for shown in [
        "<h1>Grades of 5 answers</h1>",
        "4 graded, 1 ungraded, mean score 65.5, 2 below 70. Judge: <bdi>local, qwen3</bdi>.",
        "Surprisal is &lt;b&gt;-log p&lt;&#x2f;b&gt;.\\u{1b}[2J",
        "<strong>below 70</strong>",
        "Ungraded, which says nothing about the answer. truncated: <bdi>the reply was cut</bdi>",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
}
