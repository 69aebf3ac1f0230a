//! `coach rubric test`: what an author sees who tries rubrics on their exemplars.
//!
//! The transcripts have a scripted model as the judge, which counts the sentences it knows: what they show does
//! not change with the built-in judge.

mod coach;
mod scripted_judge;
mod support;

use coach::{Coach, Ran};
use scripted_judge::{RUBRIC, answer_in, configured, judged, named};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply};

/// Tests the rubric with the scripted model.
fn test(coach: &Coach, more: &[&str]) -> Ran {
    coach.run(&[&["rubric", "test", "mine", "--config", "config.toml", "--judge", "m"], more].concat())
}

/// The transcript without the port, which is another each time.
fn transcript(ran: &Ran, fake: &FakeEndpoint) -> String {
    ran.transcript().replace(&fake.url(), "URL")
}

/// The report of `--json`.
fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn exemplars_and_mutations_are_compared_with_what_the_author_expects() {
    let fake = FakeEndpoint::start(judged);
    let coach = configured(&fake);
    insta::assert_snapshot!(transcript(&test(&coach, &[]), &fake), @r"
    1 rubric, 5 exemplars
    judge: m, m

      same    ±1  kappa   MAE  prec   rec    F1  order  held  rubric
       90%   90%   0.72  0.20  1.00  0.67  0.80    yes   88%  tokens

    same, ±1: share of levels equal to the author's, or one step off. kappa:
    quadratic-weighted. MAE: mean absolute error in levels. prec, rec, F1: of
    flagged mistakes. order: strong > solid > weak in the judge's mean scores. held:
    mutations that did what they may do. -: undefined; --json says why.

    Levels (10 ratings)
      same level                    90.0 % [70.0 %, 100.0 %]
      within one level              90.0 % [70.0 %, 100.0 %]
      weighted kappa                0.718 [0.184, 1.000]
      mean absolute error           0.20 [0.00, 0.60]
      bias                          +0.20 [0.00, +0.60]

    Mistakes (2 found, 0 wrong, 1 missed)
      precision                     1.000 [1.000, 1.000]
      recall                        0.667 [0.000, 1.000]
      F1                            0.800 [0.000, 1.000]

    Scores
      Pearson's r                   0.899 [-1.000, 1.000]

    Order
      strong > solid > weak in 1 of 1 rubric
      9 pairs with labels at least 15 points apart, 2 of them the other way round
      1 exemplar with remarks to the grader: 0 above the honest twin, 0 above the
      labels

    Mutations
      tried  held  failed  ungraded
      2      2     0       0         sentence removed
      1      1     0       0         sign of a mistake inserted
      1      1     0       0         right sentence inserted
      1      1     0       0         omission covered
      1      1     0       0         praise appended
      1      0     1       0         filler appended
               1: a level rose
      1      1     0       0         instruction appended
      1      1     0       0         remarks removed

    Criteria (- where undefined; --json says why)
        n  r      bias   same     weighted kappa         criterion
      tokens
        5  0.559  +0.40  80.0 %   0.500 [-0.111, 1.000]  pieces
        5  1.000  0.00   100.0 %  1.000 [1.000, 1.000]   vectors

    tokens: what differs from its author

      fluent
        score: expected 0.0, got 45.0
        pieces: expected 0, got 2
          “language is about meaning”

      mistaken
        score: expected 15.0, got 25.0
        mistake missed: tokens-are-words

      Two exemplars the other way round
        mistaken: expected 15.0, got 25.0
        fluent: expected 0.0, got 45.0

      Two exemplars the other way round
        orders the grader about: expected 20.0, got 20.0
        fluent: expected 0.0, got 45.0

      Mutations that failed
        fluent: filler appended
          “All of this matters a great deal in practice, and there would be much
          more to say.”
          vectors: expected at most 0, got 1
            “All of this matters a great deal in practice”
    --- stderr
    Judge: m, m at URL.
    Grading 5 exemplars and up to 14 mutations of them (--mutations none leaves them out): a request each, and another for each reply that has to be repaired.
    --- exit 0
    ");
}

#[test]
fn every_miss_is_in_the_json() {
    let fake = FakeEndpoint::start(judged);
    let coach = configured(&fake);
    let ran = test(&coach, &["--mutations", "all", "--json"]);
    let report = report(&ran);
    let rubric = &report["rubrics"][0];
    assert_eq!((ran.code, &rubric["id"], &rubric["file"]), (0, &json!("tokens"), &json!("mine/tokens.toml")));
    let fluent = &rubric["exemplars"][2];
    let miss =
        json!({"criterion": "pieces", "expected": 0, "got": 2, "evidence": ["language is about meaning"]});
    assert_eq!((&fluent["name"], &fluent["levels"]), (&json!("fluent"), &json!([miss])));
    assert_eq!(rubric["exemplars"][3]["missed"], json!(["tokens-are-words"]));
    assert_eq!(
        rubric["order"],
        json!({"verdict": "holds", "means": {"weak": 30.0, "solid": 75.0, "strong": 100.0}})
    );
    let total = &report["total"];
    assert_eq!(total["mutations"]["remarks-removed"]["failed"], 0);
    let tried = |kind: &str| total["mutations"][kind]["tried"].as_u64().unwrap();
    // Each exemplar once for each of 3, 4 and 7 texts.
    assert_eq!(["praise-appended", "filler-appended", "instruction-appended"].map(tried), [15, 20, 35]);
    let sum: u64 = total["mutations"].as_object().unwrap().keys().map(|kind| tried(kind)).sum();
    // An answer whose remark, praise or filler is withheld makes the request of its honest twin, whose reply may be kept by then.
    let requests = fake.requests().len() as u64;
    assert!(
        requests <= 5 + sum && requests >= 5 + sum - 35 - 15 - 20,
        "{requests} for 5 exemplars and {sum} mutations"
    );
}

#[test]
fn of_several_rubrics_there_is_a_table_and_misses_only_when_asked_for() {
    let fake = FakeEndpoint::start(judged);
    let coach = configured(&fake);
    coach.write("mine/deeper/tokens-again.toml", named("tokens-again"));
    let ran = test(&coach, &["--mutations", "none"]);
    insta::assert_snapshot!(transcript(&ran, &fake), @r"
    2 rubrics, 10 exemplars
    judge: m, m

      same    ±1  kappa   MAE  prec   rec    F1  order  held  rubric
       90%   90%   0.72  0.20  1.00  0.67  0.80    yes     -  tokens-again
       90%   90%   0.72  0.20  1.00  0.67  0.80    yes     -  tokens
       90%   90%   0.72  0.20  1.00  0.67  0.80            -  all

    same, ±1: share of levels equal to the author's, or one step off. kappa:
    quadratic-weighted. MAE: mean absolute error in levels. prec, rec, F1: of
    flagged mistakes. order: strong > solid > weak in the judge's mean scores. held:
    mutations that did what they may do. -: undefined; --json says why.

    Levels (20 ratings)
      same level                    90.0 % [75.0 %, 100.0 %]
      within one level              90.0 % [75.0 %, 100.0 %]
      weighted kappa                0.718 [0.385, 1.000]
      mean absolute error           0.20 [0.00, 0.50]
      bias                          +0.20 [0.00, +0.50]

    Mistakes (4 found, 0 wrong, 2 missed)
      precision                     1.000 [1.000, 1.000]
      recall                        0.667 [0.250, 1.000]
      F1                            0.800 [0.400, 1.000]

    Scores
      Pearson's r                   0.899 [0.635, 0.997]

    Order
      strong > solid > weak in 2 of 2 rubrics
      18 pairs with labels at least 15 points apart, 4 of them the other way round
      2 exemplars with remarks to the grader: 0 above the labels
    --- stderr
    Judge: m, m at URL.
    Grading 10 exemplars: a request each, and another for each reply that has to be repaired.
    --- exit 0
    ");
    let verbose = test(&coach, &["--mutations", "none", "--verbose"]).stdout;
    assert!(verbose.starts_with(&ran.stdout), "{verbose}");
    for shown in ["tokens-again: what differs from its author", "pieces: expected 0, got 2"] {
        assert!(verbose.contains(shown), "{shown}: {verbose}");
    }
}

#[test]
fn a_table_fits_a_narrow_screen() {
    let fake = FakeEndpoint::start(judged);
    let coach = configured(&fake).env("COLUMNS", "60");
    let id = "a-rubric-whose-name-is-longer-than-what-is-left-beside-figures";
    coach.write(&format!("mine/{id}.toml"), named(id));
    let stdout = test(&coach, &["--verbose"]).stdout;
    let wide: Vec<&str> = stdout.lines().filter(|line| line.chars().count() > 60).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    assert!(stdout.contains("\ntokens\n   90%   90%   0.72"), "{stdout}");
}

#[test]
fn a_judge_that_fails_leaves_ungraded_what_counts_nowhere() {
    let context = json!({"error": {"message": "This model's maximum context length is 8192 tokens.",
        "type": "invalid_request_error", "code": "context_length_exceeded"}});
    let fake = FakeEndpoint::start(move |request| match answer_in(request) {
        answer if answer.starts_with("It is all about") => Reply::json(400, &context),
        answer if answer.contains("Every token is a word.") => Reply::html(500, "Internal Server Error"),
        _ => judged(request),
    });
    let coach = configured(&fake);
    let ran = test(&coach, &["--json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("ungraded tokens, fluent: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("ungraded tokens, strong, sign of a mistake inserted: "), "{}", ran.stderr);
    let report = report(&ran);
    let total = &report["total"];
    assert_eq!(
        (&total["exemplars"], &total["ungraded"], &total["levels"]["ratings"]),
        (&json!(5), &json!(1), &json!(8))
    );
    assert_eq!(total["mistakes"]["only_human"], 1, "what is ungraded was not missed");
    let signs = &total["mutations"]["sign-inserted"];
    assert_eq!((&signs["tried"], &signs["ungraded"], &signs["failed"]), (&json!(1), &json!(1), &json!(0)));
    let fluent = &report["rubrics"][0]["exemplars"][2];
    assert_eq!((&fluent["score"], &fluent["ungraded"]["kind"]), (&Value::Null, &json!("too-long")));
    let text = test(&coach, &[]).stdout;
    assert!(text.contains("1 exemplar ungraded; counted nowhere below"), "{text}");

    let silent = FakeEndpoint::start(|_| Reply::chat("Well done!"));
    let ran = test(&configured(&silent), &["--min-kappa", "0.5"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let reason = "error: weighted kappa is undefined, so --min-kappa 0.5 is not met: nothing was graded";
    assert!(ran.stderr.contains(reason), "{}", ran.stderr);
}

#[test]
fn what_ends_the_run_ends_it_with_its_hint() {
    let fake = FakeEndpoint::start(|_| Reply::error(401, "Incorrect API key provided.", "invalid_api_key"));
    let ran = test(&configured(&fake), &["--concurrency", "1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("\nhint: "), "{}", ran.stderr);
    assert_eq!(fake.requests().len(), 1, "nobody goes on with a wrong key");
}

#[test]
fn a_job_fails_below_what_it_asks_for() {
    let fake = FakeEndpoint::start(judged);
    let coach = configured(&fake);
    for (flags, code, said) in [
        (&["--min-kappa", "0.71", "--min-within-one", "0.9", "--min-f1", "0.8", "--ordered"][..], 0, ""),
        (&["--min-kappa", "0.72"], 1, "error: weighted kappa is 0.718, below --min-kappa 0.72"),
        (
            &["--min-within-one", "0.91"],
            1,
            "the share of levels within one step is 0.900, below --min-within-one",
        ),
        (&["--min-f1", "0.81"], 1, "F1 of the mistakes is 0.800, below --min-f1 0.81"),
        (&["--min-held", "0.9"], 1, "the share of mutations that hold is 0.889, below --min-held 0.9"),
        (&["--min-f1", "0.9", "--min-kappa", "0.9"], 1, "below --min-kappa 0.9; F1 of the mistakes is 0.800"),
        (&["--min-f1", "90"], 2, "must be a number from 0 to 1"),
    ] {
        let ran = test(&coach, flags);
        assert_eq!(ran.code, code, "{flags:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{flags:?}: {}", ran.stderr);
    }
    // Without the solid exemplar the order is not shown to hold.
    let solid = RUBRIC.find("[[exemplars]]\nname = \"solid\"").unwrap();
    let fluent = RUBRIC.find("[[exemplars]]\nname = \"fluent\"").unwrap();
    coach.write("mine/tokens.toml", [&RUBRIC[..solid], &RUBRIC[fluent..]].concat());
    let ran = test(&coach, &["--ordered", "--mutations", "none"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("error: strong > solid > weak does not hold, or lacks a band, in tokens"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout.contains("no graded exemplar has labels of one of these bands in tokens"),
        "{}",
        ran.stdout
    );
}

#[cfg(unix)]
#[test]
fn interrupted_it_ends_at_once() {
    let fake = FakeEndpoint::start(|_| Reply::hang());
    let coach = configured(&fake);
    let mut command = coach.command(&["rubric", "test", "mine", "--config", "config.toml", "--judge", "m"]);
    let child =
        command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    while fake.requests().is_empty() {
        std::thread::yield_now();
    }
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(130), &b""[..]));
    assert!(String::from_utf8_lossy(&output.stderr).ends_with("error: interrupted\n"));
}

#[test]
fn a_rubric_is_named_by_its_id_its_file_or_its_folder() {
    let coach = Coach::new();
    coach.write("mine/tokens.toml", RUBRIC);
    coach.write("mine/surprisal.toml", named("surprisal"));
    let names = |arguments: &[&str]| {
        let all =
            [&["rubric", "test", "--mutations", "none", "--json", "--judge", "built-in"], arguments].concat();
        let report = report(&coach.run(&all));
        let exemplars = |it: &Value| it["exemplars"].as_array().unwrap().len();
        let rubrics = report["rubrics"].as_array().unwrap().iter();
        rubrics.map(|it| (it["id"].as_str().unwrap().to_owned(), exemplars(it))).collect::<Vec<_>>()
    };
    let own = |id: &str| (id.to_owned(), 5);
    assert_eq!(names(&["mine/tokens.toml"]), [own("tokens")]);
    assert_eq!(names(&["mine"]), [own("surprisal"), own("tokens")]);
    assert_eq!(names(&["tokens", "tokens", "--rubrics", "mine"]), [own("tokens")]);
    // The shipped rubric of that id has more exemplars; the file replaces it.
    assert!(names(&["surprisal"])[0].1 > 5);
    assert_eq!(names(&["mine/surprisal.toml"]), [own("surprisal")]);
}

#[test]
fn what_cannot_be_tested_is_said() {
    let coach = Coach::new();
    coach.write("empty/notes.txt", "");
    coach.write("bare.toml", named("bare").split("[[exemplars]]").next().unwrap());
    coach.write("broken.toml", named("broken").replace("weight = 1", "weight = -1"));
    for (name, code, said) in [
        ("surprisl", 2, "hint: did you mean surprisal?"),
        ("missing.toml", 1, "cannot read missing.toml"),
        ("empty", 2, "there are no rubrics in empty"),
        ("bare.toml", 2, "there is nothing to test: no exemplars"),
        ("broken.toml", 2, "2 problems in broken.toml"),
    ] {
        let ran = coach.run(&["rubric", "test", name]);
        assert_eq!(ran.code, code, "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{name}: {}", ran.stderr);
    }
}

#[test]
fn the_built_in_judge_tries_everything_and_gives_the_same_figures_again() {
    let coach = Coach::new();
    coach.write("mine/tokens.toml", RUBRIC);
    let run = || coach.run(&["rubric", "test", "mine", "--json", "--judge", "built-in"]);
    let ran = run();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(run().stdout, ran.stdout);
    let report = report(&ran);
    let head = (&report["judge"], &report["model"], &report["extent"]);
    assert_eq!(head, (&json!("built-in"), &Value::Null, &json!("all")));
    assert_eq!(report["total"]["mutations"]["praise-appended"]["tried"], 15);
    assert!(report["total"]["mutations"]["sentence-removed"]["tried"].as_u64().unwrap() > 4);
}
