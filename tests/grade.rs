//! `coach grade` with the built-in judge: what a script and a teacher see.

mod coach;

use std::fs::OpenOptions;
use std::io::Write as _;

use coach::{Coach, answer, by_id, example_answers, grades};
use serde_json::Value;

const SURPRISAL: &str =
    "Surprisal is the negative logarithm of the probability. Rare outcomes have more of it.";

fn ids(grades: &[Value]) -> Vec<&str> {
    grades.iter().map(|grade| grade["id"].as_str().unwrap()).collect()
}

fn reason(grade: &Value) -> (&str, &str) {
    assert_eq!(grade["status"], "ungraded", "{grade}");
    (grade["reason"]["kind"].as_str().unwrap(), grade["reason"]["message"].as_str().unwrap())
}

#[test]
fn grades_every_example_and_every_quotation_is_in_its_answer() {
    let coach = Coach::new();
    coach.write("answers.jsonl", example_answers());
    let ran = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let texts: Vec<Value> = grades(&example_answers());
    let graded = coach.grades("g.jsonl");
    assert_eq!(graded.len(), texts.len());
    for grade in &graded {
        assert_eq!(grade["status"], "graded");
        let text = texts.iter().find(|text| text["id"] == grade["id"]).unwrap()["answer"].as_str().unwrap();
        for criterion in grade["criteria"].as_array().unwrap() {
            let evidence = criterion["evidence"].as_array().unwrap();
            assert_eq!(criterion["level"] == 0, evidence.is_empty(), "{}: {criterion}", grade["id"]);
            for piece in evidence {
                let (start, end) =
                    (piece["start"].as_u64().unwrap() as usize, piece["end"].as_u64().unwrap() as usize);
                assert_eq!(&text[start..end], piece["quote"].as_str().unwrap());
            }
        }
    }
    assert!(ran.stderr.contains("8 graded in "), "{}", ran.stderr);
    assert!(ran.stderr.contains("Judge: built-in"), "{}", ran.stderr);
}

#[test]
fn a_better_answer_gets_a_better_grade() {
    let coach = Coach::new();
    coach.write("answers.jsonl", example_answers());
    coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    let graded = coach.grades("g.jsonl");
    let score = |id: &str| graded.iter().find(|grade| grade["id"] == id).unwrap()["score"].as_f64().unwrap();
    assert!(score("ada-1") > score("ben-1") + 20.0);
    assert!(score("dan-2") > score("eve-1") + 20.0);
    let ben = graded.iter().find(|grade| grade["id"] == "ben-1").unwrap();
    assert!(ben["mistakes"].as_array().unwrap().iter().any(|mistake| mistake["kind"] == "said"), "{ben}");
}

#[test]
fn a_second_run_redoes_what_changed_and_nothing_else() {
    let coach = Coach::new();
    let lines = |second: &str| {
        answer("a", "surprisal", SURPRISAL)
            + &answer("b", "surprisal", second)
            + &answer("c", "surprisal", "No idea.")
    };
    coach.write("answers.jsonl", lines("It is measured in bits."));
    coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    let first = coach.read("g.jsonl");
    let again = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert_eq!(coach.read("g.jsonl"), first);
    assert!(again.stderr.contains("0 graded, 3 graded before"), "{}", again.stderr);

    coach.write("answers.jsonl", lines("It is measured in bits or in nats."));
    let changed = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert!(changed.stderr.contains("1 graded, 2 graded before"), "{}", changed.stderr);
    let after = coach.grades("g.jsonl");
    assert_eq!(ids(&by_id(after.clone())), ["a", "b", "c"]);
    let line_of = |text: &str, id: &str| {
        text.lines().find(|line| line.contains(&format!("\"id\":\"{id}\""))).unwrap().to_owned()
    };
    let text = coach.read("g.jsonl");
    for id in ["a", "c"] {
        assert_eq!(line_of(&text, id), line_of(&first, id));
    }
    assert_ne!(line_of(&text, "b"), line_of(&first, "b"));
}

#[test]
fn a_torn_last_line_is_repaired() {
    let coach = Coach::new();
    coach.write("answers.jsonl", example_answers());
    coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    let whole = coach.read("g.jsonl");
    let last = whole.trim_end().rfind('\n').unwrap() + 1;
    for cut in [last, last + 1, last + 7, whole.len() - 2, whole.len() - 1] {
        coach.write("g.jsonl", &whole[..cut]);
        let ran = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(by_id(coach.grades("g.jsonl")), by_id(grades(&whole)), "cut at {cut}");
    }
}

#[test]
fn two_runs_on_one_output_are_refused() {
    let coach = Coach::new();
    coach.write("answers.jsonl", answer("a", "surprisal", SURPRISAL));
    let held = OpenOptions::new().create(true).append(true).open(coach.path("g.jsonl")).unwrap();
    held.lock().unwrap();
    let ran = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("another run is writing g.jsonl"), "{}", ran.stderr);
}

#[test]
fn another_file_is_never_overwritten() {
    let coach = Coach::new();
    coach.write("answers.jsonl", answer("a", "surprisal", SURPRISAL));
    for content in ["my notes", "my notes\n", "{\"name\": 1}\n", "{\"id\": \"x\"}\n{\"id\":"] {
        coach.write("notes.txt", content);
        let ran = coach.run(&["grade", "answers.jsonl", "-o", "notes.txt"]);
        assert_eq!(ran.code, 1, "{content}: {}", ran.stderr);
        assert!(ran.stderr.contains("notes.txt line 1 is no grade"), "{}", ran.stderr);
        assert_eq!(coach.read("notes.txt"), content);
    }
    let ran = coach.run(&["grade", "answers.jsonl", "-o", "./answers.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is both the answers and the output"), "{}", ran.stderr);
}

#[test]
fn bad_records_are_named_and_the_others_graded() {
    let coach = Coach::new();
    let mut bytes = answer("good", "surprisal", SURPRISAL).into_bytes();
    bytes.extend(b"{\"id\": \"cut\", \"question\": \"surprisal\", \"ans\n");
    bytes.extend(b"{\"id\": \"not-utf8\", \"question\": \"surprisal\", \"answer\": \"\xff\xfe\"}\n\n");
    bytes.extend(answer("unknown", "surprisl", "x").into_bytes());
    bytes.extend(answer("good", "surprisal", "the same id again").into_bytes());
    bytes.extend(b"{\"question\": \"surprisal\", \"answer\": \"no id\"}\n");
    bytes.extend(b"{\"id\": \"wrong\", \"question\": \"surprisal\", \"answer\": 7}\n");
    coach.write("answers.jsonl", bytes);
    let ran = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let graded = coach.grades("g.jsonl");
    let find = |id: &str| {
        graded.iter().find(|grade| grade["id"] == id).unwrap_or_else(|| panic!("{id}: {graded:?}"))
    };
    assert_eq!(find("good")["status"], "graded");
    for (id, kind, message) in [
        ("answers.jsonl:2", "malformed-answer", "not JSON: it ends too early"),
        ("answers.jsonl:3", "malformed-answer", "not UTF-8 at byte"),
        ("unknown", "unknown-question", "there is no question \"surprisl\"; did you mean surprisal?"),
        ("answers.jsonl:6", "duplicate-id", "the id \"good\" was used before"),
        ("answers.jsonl:7", "malformed-answer", "field `id` is missing"),
        ("answers.jsonl:8", "malformed-answer", "field `answer` must be a text, not 7"),
    ] {
        let (got, text) = reason(find(id));
        assert_eq!(got, kind);
        assert!(text.contains(message) && text.contains("answers.jsonl:"), "{text}");
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
    assert_eq!(graded.len(), 7);

    let again = coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert_eq!(again.code, 3);
    assert_eq!(coach.grades("g.jsonl").len(), 7, "each id once, also after a second run");
}

#[test]
fn strange_answers_are_graded_like_any_other() {
    let coach = Coach::new();
    let long = "Surprisal is minus the logarithm of the probability. ".repeat(20_000);
    let strange = [
        ("empty", String::new()),
        ("blank", " \n\t ".to_owned()),
        ("megabyte", long),
        ("one word", "a".repeat(1_000_000)),
        ("nul", "Surprisal\0is minus log p.".to_owned()),
        ("escapes", "\u{1b}[31mSurprisal is minus log p.\u{1b}]0;title\u{7}\u{202e}".to_owned()),
        ("emoji", "🙂🙂 Surprisal 是 −log p 👩‍👩‍👧".to_owned()),
    ];
    coach
        .write("a.jsonl", strange.iter().map(|(id, text)| answer(id, "surprisal", text)).collect::<String>());
    let ran = coach.run(&["grade", "a.jsonl", "-o", "g.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'));
    let graded = coach.grades("g.jsonl");
    assert_eq!(graded.len(), strange.len());
    for id in ["empty", "blank"] {
        let grade = graded.iter().find(|grade| grade["id"] == id).unwrap();
        assert_eq!((grade["score"].as_f64(), &grade["flags"][0]), (Some(0.0), &Value::from("empty")));
        assert_eq!(grade["mistakes"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn is_a_pure_filter() {
    let coach = Coach::new();
    let ran = coach.run_with(&["grade", "-", "-o", "-"], &example_answers());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(grades(&ran.stdout).len(), 8);
    coach.write("answers.jsonl", example_answers());
    coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]);
    assert_eq!(by_id(grades(&ran.stdout)), by_id(coach.grades("g.jsonl")));
}

#[test]
fn a_closed_pipe_is_success() {
    let coach = Coach::new();
    let many: String = (0..2_000).map(|at| answer(&format!("a{at}"), "surprisal", SURPRISAL)).collect();
    coach.write("answers.jsonl", many);
    let mut command = coach.command(&["grade", "answers.jsonl"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn csv_from_a_spreadsheet_is_read() {
    let coach = Coach::new();
    let rows = "\u{feff}ID,Candidate,Answer,Question\r\n1,ada,\"Surprisal is, briefly,\r\nminus \"\"log\"\" p.\",surprisal\r\n\
                2,,,surprisal\r\n,,no id,surprisal\r\n3,short\r\n";
    coach.write("answers.CSV", rows);
    let ran = coach.run(&["grade", "answers.CSV", "-o", "g.jsonl"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let graded = coach.grades("g.jsonl");
    let find = |id: &str| {
        graded.iter().find(|grade| grade["id"] == id).unwrap_or_else(|| panic!("{id}: {graded:?}"))
    };
    assert_eq!(
        (&find("1")["candidate"], &find("1")["status"]),
        (&Value::from("ada"), &Value::from("graded"))
    );
    assert_eq!(find("2")["flags"][0], "empty");
    assert_eq!(reason(find("answers.CSV:4")).1, "answers.CSV:4: column `id` is empty");
    assert!(reason(find("answers.CSV:5")).1.contains("the row has 2 columns and none for"));

    coach.write("no-answers.csv", "id,question,text\n1,surprisal,x\n");
    let ran = coach.run(&["grade", "no-answers.csv"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("no-answers.csv line 1 has no column `answer`; it has: id, question, text"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_unclosed_quotation_mark_is_an_error_and_not_one_long_answer() {
    let coach = Coach::new();
    coach.write(
        "a.csv",
        "id,question,answer\na1,surprisal,fine\na2,surprisal,\"unclosed\na3,surprisal,lost\n",
    );
    let ran = coach.run(&["grade", "a.csv"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("a.csv:3: a quotation mark is never closed"), "{}", ran.stderr);
    assert_eq!(grades(&ran.stdout).len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_no_file_is_refused() {
    let coach = Coach::new();
    coach.write("answers.jsonl", answer("a", "surprisal", SURPRISAL));
    let ran = coach.run(&["grade", "answers.jsonl", "-o", "/dev/full"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("/dev/full is no regular file"), "{}", ran.stderr);
}

#[test]
fn wrong_use_says_what_to_type() {
    let coach = Coach::new();
    coach.write("answers.jsonl", answer("a", "surprisal", SURPRISAL));
    std::fs::create_dir(coach.path("folder")).unwrap();
    for (arguments, code, said) in [
        (&["grade", "none.jsonl"][..], 1, "cannot read none.jsonl"),
        (&["grade", "folder"], 2, "folder is a folder"),
        (&["grade"], 2, "ANSWERS"),
        (&["grade", "answers.jsonl", "--judge", "gpt"], 2, "there is no judge \"gpt\""),
        (&["grade", "answers.jsonl", "--question", "surprisl"], 2, "did you mean surprisal?"),
        (
            &["grade", "answers.jsonl", "-o", "no/such/folder/g.jsonl"],
            1,
            "cannot open no/such/folder/g.jsonl",
        ),
        (&["grade", "answers.jsonl", "--concurrency", "0"], 2, "1..=4096"),
    ] {
        let ran = coach.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn killed_at_any_moment_and_run_again_gives_the_same_file() {
    let coach = Coach::new();
    let many: String = (0..3_000)
        .map(|at| answer(&format!("a{at}"), "surprisal", &format!("{SURPRISAL} Note {at}.")))
        .collect();
    coach.write("answers.jsonl", many);
    assert_eq!(coach.run(&["grade", "answers.jsonl", "-o", "undisturbed.jsonl"]).code, 0);
    let undisturbed = by_id(coach.grades("undisturbed.jsonl"));
    // The moment is measured in lines written, not in time.
    for lines in [1, 200, 1_500] {
        let mut child = coach.command(&["grade", "answers.jsonl", "-o", "g.jsonl"]).spawn().unwrap();
        let written = || {
            std::fs::read(coach.path("g.jsonl"))
                .map_or(0, |bytes| bytes.split(|byte| *byte == b'\n').count() - 1)
        };
        while written() < lines && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // A line torn in the middle, as a power cut leaves it.
    OpenOptions::new().append(true).open(coach.path("g.jsonl")).unwrap().write_all(b"{\"id\":\"a29").unwrap();
    assert_eq!(coach.run(&["grade", "answers.jsonl", "-o", "g.jsonl"]).code, 0);
    assert_eq!(by_id(coach.grades("g.jsonl")), undisturbed);
}
